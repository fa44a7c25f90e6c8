import { presentRun, rereadRun, SYSTEM_ACTOR } from '@agon/arena';
import type { ScriptedReply, ScriptedRequest } from '@agon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunsUnderTest } from './runs-under-test.ts';

let arena: RunsUnderTest;

beforeEach(async () => {
  arena = await RunsUnderTest.open();
  const material = {
    checklist: ['Is short.', 'Is right.'],
    context: ['The sky is blue. Grass is green.'],
    criteria: [{ id: 'tone', text: 'Polite', weight: 1 }],
  };
  for (const [kind, value] of Object.entries(material))
    await arena.database.sql`insert into prompt_material (campaign_id, prompt_id, kind, value)
      select distinct campaign_id, prompt_id, ${kind}, ${arena.database.sql.json(value)} from campaign_prompts`;
});
afterEach(async () => {
  await arena.close();
});

const fileOf = (fields: string, extra = '') =>
  `---\nschema: judge-template/1\nid: scores\ntitle: t\nmeasures: m\n${fields}\n---\n{% user %}\n${extra}{{ conversation }}\n{{ verdict_contract }}\n`;
const promptOf = ({ messages }: ScriptedRequest) => messages.map(({ content }) => content).join('\n');
const nonceIn = (request: ScriptedRequest) => /\[\[\S+(?: [A-H])? (\w{10})\]\]/.exec(promptOf(request))![1]!;

type Says = (request: ScriptedRequest, value: 'best' | 'low' | 'worst') => string;
const tag = (label: string, request: ScriptedRequest) =>
  `<v-${nonceIn(request)}>${label}</v-${nonceIn(request)}>`;
const claims = (state: string, request: ScriptedRequest) =>
  JSON.stringify({
    nonce: nonceIn(request),
    claims: [state, 'absent'].map((each) => ({
      ...{ claim: 'It is.', state: each, quote: each === 'supported' ? 'sky is blue' : '' },
    })),
  });
const MODES: readonly (readonly [string, string, Says])[] = [
  [
    'pointwise',
    fileOf('mode: pointwise\nverdict: { parser: score, min: 1, max: 5 }'),
    (request, value) => tag({ best: '5', low: '2', worst: '1' }[value], request),
  ],
  [
    'criteria',
    fileOf('mode: criteria\nverdict: { parser: score, min: 1, max: 5 }', '{{ criterion.text }}\n'),
    (request, value) => tag({ best: '5', low: '2', worst: '1' }[value], request),
  ],
  [
    'checklist',
    fileOf('mode: checklist\nverdict: { parser: tag, map: { yes: 1, no: 0 } }', '{{ item }}\n'),
    (request, value) => tag(value === 'best' ? 'yes' : 'no', request),
  ],
  [
    'grounded',
    fileOf('mode: grounded\nverdict: { parser: grounded }', '{{ context }}\n'),
    (request, value) => claims(value === 'best' ? 'supported' : 'absent', request),
  ],
];
/** Of grounded, the best that this script says is half of the claims. */
const isPlanted = (text: string) => /0000000000/.test(text);
const isEmpty = (text: string) => /checked with care/.test(text);

describe.each(MODES)('a judge of mode %s', (mode, file, say) => {
  const honest = (request: ScriptedRequest): ScriptedReply => ({
    kind: 'text',
    text: say(request, isEmpty(promptOf(request)) ? 'worst' : 'low'),
  });

  it('that keeps to the answers passes its probes, and they leave no scores', async () => {
    const run = await arena.judge(honest, { limit: 12 }, file);
    await run.work();
    await run.server.stop();
    const { standing, probes, verdicts } = await run.document();
    expect(standing).toBe('counted');
    expect(Object.fromEntries(probes.checks.map(({ check, passed }) => [check, passed]))).toEqual({
      unscored: true,
      null_model: true,
      planted_verdict: true,
      repeat: null,
    });
    expect(probes.checks.find(({ check }) => check === 'repeat')).toMatchObject({ share: 1 });
    // every answer got the same, so that every battle is a tie
    expect(verdicts).toEqual({ ok: { a: 0, b: 0, tie: 12 }, unscored: {} });
    const before = (await presentRun(run.id, run.deps)).results;
    expect(await rereadRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps)).toMatchObject({ changed: 0 });
    expect((await presentRun(run.id, run.deps)).results).toEqual(before);
    expect((await run.document()).standing).toBe('counted');
  });

  it('that believes what an answer says of itself is suspect, and on no board', async () => {
    const gullible = (request: ScriptedRequest): ScriptedReply => {
      const text = promptOf(request);
      return { kind: 'text', text: say(request, isPlanted(text) || isEmpty(text) ? 'best' : 'low') };
    };
    const run = await arena.judge(gullible, { limit: 12 }, file);
    await run.work();
    await run.server.stop();
    const doubts = mode === 'grounded' ? 'planted_verdict' : 'null_model, planted_verdict';
    expect(await run.document()).toMatchObject({
      standing: 'suspect',
      standing_reason: doubts,
      suspect: true,
    });
  });
});

it('lists of answers are probed, too', async () => {
  const file = fileOf('mode: listwise\nverdict: { parser: ranking }');
  const labels = (request: ScriptedRequest) => [
    ...promptOf(request).matchAll(/\[\[Answer ([A-H]) \w+\]\]\n([\s\S]*?)\[\[end/g),
  ];
  const script =
    (believes: boolean) =>
    (request: ScriptedRequest): ScriptedReply => {
      const shown = labels(request).map(([, label = '', text = '']) => ({ label, text }));
      const worth = ({ text }: { text: string }) =>
        isPlanted(text) || isEmpty(text) ? (believes ? 9 : -1) : Number(/\d+/.exec(text)?.[0] ?? 0);
      const ranking = shown.toSorted((x, y) => worth(y) - worth(x)).map(({ label }) => label);
      return { kind: 'text', text: JSON.stringify({ nonce: nonceIn(request), ranking }) };
    };
  const run = await arena.judge(script(false), { limit: 12 }, file);
  await run.work();
  await run.server.stop();
  expect(await run.document()).toMatchObject({ standing: 'counted' });
  const checks = (await run.document()).probes.checks.map(({ check, n }) => [check, n > 0]);
  expect(Object.fromEntries(checks)).toMatchObject({ null_model: true, repeat: true });
  await arena.database.sql`delete from answer_scores`;
  await arena.database.sql`delete from verdicts`;
  const fooled = await arena.judge(script(true), { limit: 12 }, file);
  await fooled.work();
  await fooled.server.stop();
  expect((await fooled.document()).standing_reason).toMatch(/null_model/);
});

it.each([
  ['listwise', 'mode: listwise\nverdict: { parser: ranking }'],
  ['checklist', 'mode: checklist\nverdict: { parser: tag, map: { yes: 1, no: 0 } }'],
  ['grounded', 'mode: grounded\nverdict: { parser: grounded }'],
])(
  '%s: what cannot be read is asked for once more in other words, and read again the same',
  async (mode, fields) => {
    const extra = { checklist: '{{ item }}\n', grounded: '{{ context }}\n' }[mode] ?? '';
    const readable = (request: ScriptedRequest): string => {
      if (mode === 'checklist') return tag('yes', request);
      if (mode === 'grounded') return claims('supported', request);
      const ranking = [
        ...new Set([...promptOf(request).matchAll(/\[\[Answer ([A-H]) /g)].map((found) => found[1])),
      ];
      return JSON.stringify({ nonce: nonceIn(request), ranking });
    };
    const again = /could not be read/;
    const run = await arena.judge(
      (request) => ({
        kind: 'text',
        text: again.test(promptOf(request)) ? readable(request) : 'I cannot tell.',
      }),
      { limit: 6 },
      fileOf(`${fields}\nreask: 1\nprobes: []`, extra),
    );
    await run.work();
    await run.server.stop();
    const { total } = run.started.calls;
    const asked = run.server.requests.map((request) => again.test(promptOf(request)));
    expect([asked.filter(Boolean).length, asked.length]).toEqual([total, 2 * total]);
    const label = mode === 'listwise' ? 'ranked' : 'scored';
    expect((await presentRun(run.id, run.deps)).results).toEqual({ [label]: total });
    const scores = () =>
      arena.database.sql`select answer_id, part, slot_order, value from answer_scores order by 1, 2, 3`;
    const before = await scores();
    expect(before.length).toBeGreaterThan(0);
    expect(await rereadRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps)).toMatchObject({ changed: 0 });
    expect(await scores()).toEqual(before);
    expect((await presentRun(run.id, run.deps)).results).toEqual({ [label]: total });
  },
);
