import {
  exportRunBundle,
  getVerdictReply,
  presentRun,
  rereadRun,
  SYSTEM_ACTOR,
  startJudgeRun,
} from '@agon/arena';
import { createBattleBrowser } from '@agon/database';
import type { RunId } from '@agon/domain';
import { type BundleRow, readBundleHeader, replayRow } from '@agon/judging';
import type { ScriptedReply, ScriptedRequest } from '@agon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunsUnderTest } from './runs-under-test.ts';

let arena: RunsUnderTest;

beforeEach(async () => {
  arena = await RunsUnderTest.open();
});
afterEach(async () => {
  await arena.close();
});

const BODY = '{% user %}\n{{ conversation }}\n{{ verdict_contract }}\n';
const judgeFile = (fields: string, body = BODY) =>
  `---\nschema: judge-template/1\nid: own-form\ntitle: t\nmeasures: m\nprobes: []\n${fields}\n---\n${body}`;
const JSON_MAP = 'mode: pairwise\nverdict: { parser: json, map: { A: 1, B: 0 } }';

const promptOf = ({ messages }: ScriptedRequest) => messages.map(({ content }) => content).join('\n');
const nonceIn = (request: ScriptedRequest) =>
  /"nonce": "([^"]+)"|\[\[\S+(?: [A-H])? (\w+)\]\]/.exec(promptOf(request))!.slice(1).find(Boolean)!;
const choice = (request: ScriptedRequest) =>
  JSON.stringify({ nonce: nonceIn(request), reason: 'It is.', choice: 'A' });
const text = (said: string): ScriptedReply => ({ kind: 'text', text: said });

/** A judge run about a provider whose check found what it can do. */
async function judgeWith(
  features: readonly string[],
  source: string,
  script: (request: ScriptedRequest) => ScriptedReply,
  limit = 2,
) {
  // a provider is what it is asked through: the first run makes it
  const first = await arena.judge(script, { limit: 1 }, source);
  await first.work();
  const found = Object.fromEntries(features.map((name) => [name, { is: 'yes', why: 'It does.' }]));
  await arena.database
    .sql`update providers set capabilities = ${arena.database.sql.json({ features: found })}`;
  await arena.database.sql`delete from verdicts`;
  await arena.database.sql`delete from answer_scores`;
  const before = first.server.requests.length;
  const started = await startJudgeRun(
    {
      ...{ actor: SYSTEM_ACTOR, campaign: 'judged', judge: 'own-form', model: 'scripted' },
      ...{ provider: null, apiKeyEnv: null, concurrency: 4, budgetUsd: null, seed: 1 },
      ...{ baseUrl: first.server.baseUrl, orders: 'both', limit, repeat: 1 },
    },
    first.deps,
  );
  await arena.workToEnd(started.run as RunId, first.deps);
  await first.server.stop();
  return {
    id: started.run as RunId,
    deps: first.deps,
    bodies: first.server.requests.slice(before).map(({ body }) => body),
    document: await presentRun(started.run as RunId, first.deps),
  };
}

describe('a judge whose reply is JSON', () => {
  it('is held to a schema where the provider knows one, the same for every call', async () => {
    const run = await judgeWith(['json_schema', 'tools'], judgeFile(JSON_MAP), (request) =>
      text(choice(request)),
    );
    expect(run.bodies).toHaveLength(4);
    for (const body of run.bodies) {
      expect(body.response_format).toEqual(run.bodies[0]!.response_format);
      expect(body.response_format).toMatchObject({
        type: 'json_schema',
        json_schema: { strict: true, schema: { properties: { choice: { enum: ['A', 'B'] } } } },
      });
      expect(body).not.toHaveProperty('tools');
    }
    expect(run.document).toMatchObject({ results: { a: 2, b: 2 }, settings: { reply_form: 'json_schema' } });
  });

  it('gives the probabilities of its label inside the object', async () => {
    const fields =
      'mode: pairwise\nsettings: { reply_form: json_schema }\nverdict: { parser: label_token, map: { A: 1, B: 0 } }';
    const tokens = ['{"', 'choice', '": "', 'A', '"}'];
    const run = await judgeWith(['json_schema'], judgeFile(fields), () => ({
      ...{ kind: 'text', text: tokens.join('') },
      logprobs: tokens.map((token) =>
        token === 'A'
          ? [['A', Math.log(0.8)] as const, ['B', Math.log(0.2)] as const]
          : [[token, 0] as const],
      ),
    }));
    for (const { response_format: format, logprobs } of run.bodies) {
      expect(format).toMatchObject({ json_schema: { schema: { required: ['choice'] } } });
      expect(logprobs).toBe(true);
    }
    expect(run.document).toMatchObject({ results: { a: 2, b: 2 }, settings: { reply_form: 'json_schema' } });
    const [said] = await arena.database.sql`select distinct round(share_a::numeric, 3)::text as share
      from verdicts where outcome = 'a'`;
    expect(said).toEqual({ share: '0.800' });
  });

  it('calls a tool where only tools are known to work, whatever it says beside the call', async () => {
    const run = await judgeWith(['tools'], judgeFile(JSON_MAP), (request) => ({
      ...{ kind: 'text', text: 'I call it.', finishReason: 'tool_calls', calls: choice(request) },
    }));
    for (const body of run.bodies) {
      expect(body).toMatchObject({
        tools: [{ function: { parameters: { required: ['nonce', 'reason', 'choice'] } } }],
        tool_choice: { type: 'function' },
      });
      expect(body).not.toHaveProperty('response_format');
    }
    expect(run.document).toMatchObject({ results: { a: 2, b: 2 }, settings: { reply_form: 'tool' } });
  });

  it.each([
    ['where nothing is known of the provider', [], JSON_MAP],
    ['where its file says so', ['json_schema', 'tools'], `${JSON_MAP}\nsettings: { reply_form: text }`],
    [
      'where its file wants what the provider has not',
      ['tools'],
      `${JSON_MAP}\nsettings: { reply_form: json_schema }`,
    ],
    ['where its parser reads a tag', ['json_schema', 'tools'], 'mode: pairwise\nlabels: [A, B]'],
  ] as const)('is asked in plain words %s', async (_, features, fields) => {
    const run = await judgeWith(features, judgeFile(fields), (request) =>
      text(fields.includes('labels') ? `<v-${nonceIn(request)}>A</v-${nonceIn(request)}>` : choice(request)),
    );
    for (const body of run.bodies)
      for (const field of ['response_format', 'tools']) expect(body).not.toHaveProperty(field);
    expect(run.document).toMatchObject({ results: { a: 2, b: 2 }, settings: { reply_form: 'text' } });
  });

  it.each([
    ['a ranking', 'mode: listwise\nverdict: { parser: ranking }'],
    ['claims', 'mode: grounded\nverdict: { parser: grounded }'],
  ])('is held to the schema of %s', async (_, fields) => {
    await arena.database.sql`insert into prompt_material (campaign_id, prompt_id, kind, value)
      select distinct campaign_id, prompt_id, 'context', '["The sky is blue."]'::jsonb from campaign_prompts`;
    const body = fields.includes('grounded') ? BODY.replace('{{ verdict', '{{ context }}\n{{ verdict') : BODY;
    const run = await judgeWith(['json_schema'], judgeFile(fields, body), (request) => {
      const nonce = nonceIn(request);
      const claims = [{ claim: 'Blue.', state: 'supported', quote: 'sky is blue' }];
      const ranking = [
        ...new Set([...promptOf(request).matchAll(/\[\[Answer ([A-H])/g)].map((found) => found[1])),
      ];
      return text(JSON.stringify(fields.includes('grounded') ? { nonce, claims } : { nonce, ranking }));
    });
    expect(run.bodies.length).toBeGreaterThan(0);
    for (const { response_format: format } of run.bodies)
      expect(format).toMatchObject({ type: 'json_schema' });
    expect(Object.keys(run.document.results)).toEqual([fields.includes('grounded') ? 'scored' : 'ranked']);
  });
});

describe('a begun reply', () => {
  const PREFILL = `mode: pairwise\nlabels: [A, B]\nsettings: { prefill: "I choose <v-{{ nonce }}>" }`;

  it('is sent where the provider goes on with it, and read together with what follows', async () => {
    const run = await judgeWith(['prefill'], judgeFile(PREFILL), (request) => {
      const begun = request.messages.at(-1)!;
      return text(begun.role === 'assistant' ? `A</v-${begun.content.split('<v-')[1]!.slice(0, -1)}>` : 'no');
    });
    for (const body of run.bodies)
      expect(body.messages).toMatchObject([
        { role: 'user' },
        { role: 'assistant', content: expect.stringMatching(/^I choose <v-[a-z0-9]+>$/) },
      ]);
    expect(run.document).toMatchObject({ results: { a: 2, b: 2 }, settings: { prefill: 'sent' } });
    await rereadRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps);
    expect((await presentRun(run.id, run.deps)).results).toEqual({ a: 2, b: 2 });

    const parts: Uint8Array[] = [];
    for await (const part of (await exportRunBundle({ actor: SYSTEM_ACTOR, run: run.id }, run.deps)).body)
      parts.push(part);
    const [head = '', ...lines] = Buffer.concat(parts).toString('utf8').trimEnd().split('\n');
    const opened = readBundleHeader(head, 'bundle.jsonl');
    const replayed = lines.map((line) => replayRow(opened, JSON.parse(line) as BundleRow));
    expect(replayed).toHaveLength(4);
    for (const each of replayed) expect(each).toMatchObject({ requestDiffers: false, verdictDiffers: false });
  });

  it('is left out where it is not known to work', async () => {
    const run = await judgeWith([], judgeFile(PREFILL), (request) =>
      text(`<v-${nonceIn(request)}>B</v-${nonceIn(request)}>`),
    );
    for (const body of run.bodies) expect(body.messages).toHaveLength(1);
    expect(run.document.results).toEqual({ a: 2, b: 2 });
    expect(run.document.settings).not.toHaveProperty('prefill');
  });
});

it('shows the words in which a judge was asked again, where the verdict stands on that reply', async () => {
  const again = /could not be read/;
  const run = await arena.judge(
    (request) => {
      const nonce = nonceIn(request);
      return text(again.test(promptOf(request)) ? `<v-${nonce}>A</v-${nonce}>` : 'I cannot tell.');
    },
    { limit: 1 },
    judgeFile('mode: pairwise\nlabels: [A, B]\nreask: 1'),
  );
  await run.work();
  await run.server.stop();
  const [verdict] = await arena.database.sql<{ id: string; battle: string }[]>`
    select id, battle_id as battle from verdicts where run_id = ${run.id} limit 1`;
  const { request } = await getVerdictReply(
    { actor: SYSTEM_ACTOR, campaign: 'judged', battle: verdict!.battle, verdict: verdict!.id },
    { ...run.deps, battleBrowser: createBattleBrowser(arena.database) },
  );
  const sent = run.server.requests.map(promptOf);
  expect(sent.filter((prompt) => again.test(prompt))).toContain(request!.messages.at(-1)!.text);
});
