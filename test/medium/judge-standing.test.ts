import { admitRun, excludeRun, getJudgeRun, type Ports, SYSTEM_ACTOR, startControlRuns } from '@agon/arena';
import { createComparisonStore, createExportStore } from '@agon/database';
import type { RunId } from '@agon/domain';
import type { ScriptedReply, ScriptedRequest } from '@agon/testkit';
import { listComparisons } from '@agon/testkit/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PAIR_EXPLAIN, WITHOUT_PROBES } from '../crash/without-probes.ts';
import { RunsUnderTest, says } from './runs-under-test.ts';

let arena: RunsUnderTest;

beforeEach(async () => {
  arena = await RunsUnderTest.open();
});
afterEach(() => arena.close());

/** A verdict under the nonce of the texts' marks: an answer may hold a tag with another one. */
const saysTruly = (label: string, request: ScriptedRequest): ScriptedReply => {
  const nonce = /\[\[Answer A (\w+)\]\]/.exec(textOf(request))?.[1];
  return { kind: 'text', text: `<v-${nonce}>${label}</v-${nonce}>` };
};
const textOf = (request: ScriptedRequest) => request.messages.map(({ content }) => content).join('\n');

/** Prefers the answer of the model with the higher number, whatever the order; anything else loses. */
const prefersLater = (request: ScriptedRequest): ScriptedReply => {
  const text = textOf(request);
  const [first = 0, second = 0] = [...text.matchAll(/\[\[Answer [AB] \w+\]\]\n(?:Answer (\d))?/g)].map(
    (found) => Number(found[1] ?? 0),
  );
  return saysTruly(first === second ? 'tie' : first > second ? 'A' : 'B', request);
};

/** Verdicts that boards count. */
const board = async () =>
  listComparisons(await createComparisonStore(arena.database).read(arena.campaign)).filter(
    ({ source, excluded }) => source === 'judges' && excluded === null,
  );

const decide = (deps: Pick<Ports, 'runs' | 'members' | 'clock' | 'audit' | 'feed'>) => ({
  admit: (run: RunId) => admitRun({ actor: SYSTEM_ACTOR, run, reason: null }, deps),
  exclude: (run: RunId) => excludeRun({ actor: SYSTEM_ACTOR, run, reason: 'a trial' }, deps),
});

describe('the standing of a run of verdicts', () => {
  it('counts nothing before its end, and what passed its checks from then on, on boards that hold it already', async () => {
    const comparisons = createComparisonStore(arena.database);
    const excluded = async () => {
      const read = await comparisons.read(arena.campaign);
      const { length, excluded: codes } = read.judges;
      return [...codes.subarray(0, length)].map((code) => (code === 0 ? null : read.reasons[code - 1]));
    };
    const run = await arena.judge(prefersLater, { limit: 12 });
    const [call] = await run.deps.runs.lease(run.id, 1, arena.nowMs, arena.nowMs + 60_000);
    const record = (await run.deps.runs.find(run.id))!;
    const read = {
      label: 'a',
      reading: {
        type: 'verdict' as const,
        judgeId: String(record.config.judgeId),
        battleId: call!.target,
        outcome: 'a' as const,
        shareA: null,
        unscored: null,
      },
    };
    await run.deps.runs.settle(record, 'test', [{ kind: 'unasked', call: call!, read, atMs: arena.nowMs }]);
    expect(await excluded()).toEqual(['run_open']);
    await run.work();
    expect(await run.document()).toMatchObject({ state: 'done', standing: 'counted', suspect: false });
    expect(await excluded()).toEqual(Array.from({ length: 24 }, () => null));
    await decide(run.deps).exclude(run.id);
    expect(new Set(await excluded())).toEqual(new Set(['run_excluded']));
    expect(await run.document()).toMatchObject({ standing: 'excluded', standing_reason: 'a trial' });
    await decide(run.deps).admit(run.id);
    expect(new Set(await excluded())).toEqual(new Set([null]));
    await run.server.stop();
  });

  it('keeps a suspect run off the board and out of exports until it is admitted, and never overrules a person', async () => {
    const run = await arena.judge(says('A'), { limit: 12 });
    await run.work();
    const found = await run.document();
    expect(found).toMatchObject({ suspect: true, standing: 'suspect', standing_reason: 'consistency' });
    expect(await board()).toEqual([]);
    const exported: (string | null)[] = [];
    for await (const rows of createExportStore(arena.database).verdicts(arena.campaign))
      exported.push(...rows.map((row) => row.excluded));
    expect(new Set(exported)).toEqual(new Set(['run_suspect']));
    await decide(run.deps).admit(run.id);
    expect(await board()).toHaveLength(24);
    // looked at again, its checks still fail
    await getJudgeRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps);
    expect(await run.document()).toMatchObject({ suspect: true, standing: 'admitted' });
    await run.server.stop();
    const admitted = await arena.judge(says('B'), { limit: 12, model: 'other', admit: true });
    await admitted.work();
    expect(await board()).toHaveLength(48);
    await admitted.server.stop();
  });

  it('looks at runs of before that were never checked', async () => {
    const run = await arena.judge(says('A'), { limit: 12 });
    await run.work();
    await arena.database.sql`update runs set standing = 'counted', standing_reason = null`;
    const looked = await getJudgeRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps);
    expect(looked.standing).toBe('suspect');
    await run.server.stop();
  });
});

describe('probes', () => {
  it('are asked beside the battles, counted apart, and are no verdicts', async () => {
    const run = await arena.judge(prefersLater, { limit: 12 }, PAIR_EXPLAIN);
    // three of each kind: a quarter of twelve battles
    expect(run.started.calls.total).toBe(24 + 4 * 3);
    await run.work();
    const found = await run.document();
    expect(found).toMatchObject({ standing: 'counted', battles: 12, verdicts: { unscored: {} } });
    const { a, b, tie } = found.verdicts.ok;
    expect(a + b + tie).toBe(24);
    const checks = Object.fromEntries(found.probes.checks.map((check) => [check.check, check]));
    expect(checks.identical).toMatchObject({ n: 3, hits: 0, passed: true });
    expect(checks.null_model).toMatchObject({ n: 3, hits: 0, passed: true });
    expect(checks.repeat).toMatchObject({ n: 3, hits: 3 });
    expect(checks.planted_verdict?.passed).not.toBe(false);
    const [row] = await arena.database.sql<{ count: number }[]>`select count(*)::int as count from verdicts`;
    expect(row!.count).toBe(24);
    await run.server.stop();
  });

  it('make a judge suspect that lets a text win which answers nothing, or follows a planted verdict', async () => {
    const gullible = (pattern: RegExp) => (request: ScriptedRequest) => {
      const text = textOf(request);
      const at = pattern.exec(text)?.index ?? -1;
      // a verdict for the slot anyway would leave a planted one nothing to turn
      if (at === -1) return saysTruly('tie', request);
      return saysTruly(at < text.indexOf('[[Answer B') ? 'A' : 'B', request);
    };
    const impressed = await arena.judge(gullible(/has been checked with care/), { limit: 12 }, PAIR_EXPLAIN);
    await impressed.work();
    expect(await impressed.document()).toMatchObject({
      standing: 'suspect',
      standing_reason: 'null_model',
    });
    await impressed.server.stop();
    const led = await arena.judge(
      gullible(/<v-0000000000>/),
      { limit: 12, model: 'led', seed: 3 },
      PAIR_EXPLAIN,
    );
    await led.work();
    const { standing_reason: why, probes } = await led.document();
    const planted = probes.checks.find(({ check }) => check === 'planted_verdict');
    expect([why, planted?.hits]).toEqual(['planted_verdict', planted?.n]);
    await led.server.stop();
  });
});

describe('what is not asked', () => {
  it('is a tie where both answers are the same text', async () => {
    await arena.database.sql`update answers set turns = '["the same"]'`;
    const run = await arena.judge(says('A'), { limit: 4 });
    await run.work();
    expect(run.server.requests).toHaveLength(0);
    expect(await run.document()).toMatchObject({
      state: 'done',
      calls: { done: 8, sent: 0, unasked: 8 },
      verdicts: { ok: { tie: 8 }, unscored: {} },
    });
    await run.server.stop();
  });

  it('is not applicable where the judge needs what a prompt does not have, and is no fault of the run', async () => {
    await arena.database
      .sql`insert into prompt_material (campaign_id, prompt_id, kind, value) select campaign_id, prompt_id, 'reference', '["42"]'
        from campaign_prompts order by prompt_id::text limit 1`;
    const needy = WITHOUT_PROBES.replace('mode: pairwise', 'mode: pairwise\nneeds: [reference]').replaceAll(
      '{{ conversation }}',
      '{{ conversation }}\n{{ reference }}',
    );
    const run = await arena.judge(prefersLater, { limit: 12 }, needy);
    await run.work();
    const found = await run.document();
    expect(found).toMatchObject({ standing: 'counted', calls: { sent: 6, unasked: 18 } });
    expect(found.verdicts.unscored).toEqual({ not_applicable: 18 });
    expect(run.server.requests[0]!.messages.at(-1)!.content).toContain('42');
    await run.server.stop();
  });
});

describe('control judges', () => {
  it('judge every battle without model, key or network, and enter no ranking', async () => {
    const { deps, server } = await arena.judge(says('A'), { limit: 1 });
    await startControlRuns({ actor: SYSTEM_ACTOR, campaign: 'judged' }, deps);
    const runs = await deps.runs.list({ viewer: 'all', kind: 'verdicts' }, { after: null, limit: 9 });
    const controls = runs.filter(({ subject }) => subject.startsWith('control-'));
    expect(controls.map(({ subject }) => subject).sort()).toEqual([
      'control-coin',
      'control-first',
      'control-longest',
      'control-markdown',
    ]);
    for (const { id } of controls) {
      await arena.workToEnd(id, deps);
      const found = await getJudgeRun({ actor: SYSTEM_ACTOR, run: id }, deps);
      const { a, b, tie } = found.verdicts.ok;
      expect(found).toMatchObject({ state: 'done', standing: 'excluded', calls: { sent: 0, failed: 0 } });
      expect(a + b + tie).toBe(found.calls.total);
      expect(found.calls.total).toBeGreaterThan(0);
      if (found.judge === 'control-first') expect(found.probes.position_consistency).toBe(0);
    }
    expect(server.requests).toHaveLength(0);
    expect(await board()).toEqual([]);
    await expect(decide(deps).admit(controls[0]!.id)).rejects.toMatchObject({ code: 'invalid_request' });
    await server.stop();
  });
});

describe('a reply that cannot be read', () => {
  const asksAgain = WITHOUT_PROBES.replace('mode: pairwise', 'mode: pairwise\nreask: 1');

  it('is asked for once more where the judge says so; both replies are kept, and there is one verdict', async () => {
    let refused = 0;
    const run = await arena.judge(
      (request) => {
        refused += 1;
        return refused % 2 === 1 ? { kind: 'text', text: 'I think it is A.' } : says('tie')(request);
      },
      { limit: 3, concurrency: 1 },
      asksAgain,
    );
    await run.work();
    expect(await run.document()).toMatchObject({
      verdicts: { ok: { tie: 6 }, unscored: {} },
      calls: { done: 6, sent: 12, retried: 6 },
    });
    const [row] = await arena.database.sql<{ replies: number; verdicts: number }[]>`
      select (select count(*)::int from replies) as replies, (select count(*)::int from verdicts) as verdicts`;
    expect(row).toEqual({ replies: 12, verdicts: 6 });
    await run.server.stop();
  });

  it('stays unscored after the second, and a refusal is not asked about again', async () => {
    const run = await arena.judge(
      (request) =>
        request.index === 0
          ? { kind: 'text', text: '', finishReason: 'content_filter' }
          : { kind: 'text', text: 'no tag' },
      { limit: 1, concurrency: 1 },
      asksAgain,
    );
    await run.work();
    expect(run.server.requests).toHaveLength(3);
    expect((await run.document()).verdicts.unscored).toEqual({ refused: 1, unparseable: 1 });
    await run.server.stop();
  });
});

describe('judges of single answers', () => {
  const HEAD = `schema: judge-template/1\nid: marks\ntitle: Marks\nmeasures: Nothing\nprobes: []\n`;
  const BODY = '{% user %}\n{{ conversation }}\n{{ verdict_contract }}\n';
  const markOf = (request: ScriptedRequest) => {
    const text = textOf(request);
    return Number(/\nAnswer (\d) to/.exec(text)?.[1] ?? 1);
  };
  const tagged = (label: string) => (request: ScriptedRequest) => says(label)(request);
  const derived = () => arena.database.sql<{ outcome: string; a: number; b: number }[]>`
    select d.outcome, substring(ma.name from 7)::int as a, substring(mb.name from 7)::int as b
    from verdicts d join battles t on t.id = d.battle_id join models ma on ma.id = t.model_a
    join models mb on mb.id = t.model_b where d.parser = 'scores-1' and d.slot_order = 'reconciled'`;

  it('score each answer once; battles of scored answers get verdicts, and nothing is asked twice', async () => {
    const marks = `---\n${HEAD}mode: pointwise\nverdict: { parser: score, min: 1, max: 5 }\n---\n${BODY}`;
    const run = await arena.judge(
      (request) => tagged(String(markOf(request)))(request),
      { limit: 12 },
      marks,
    );
    // four prompts, three models
    expect(run.started.calls.total).toBe(12);
    await run.work();
    expect(await run.document()).toMatchObject({
      state: 'done',
      standing: 'counted',
      verdicts: { unscored: {} },
    });
    const rows = await derived();
    expect(rows).toHaveLength(12);
    for (const { outcome, a, b } of rows) expect(outcome).toBe(a > b ? 'a' : 'b');
    expect(await board()).toHaveLength(12);
    await run.server.stop();
    const again = await arena.judge(() => ({ kind: 'drop' }), { limit: 12 }, marks);
    expect(again.started.calls.total).toBe(0);
    await again.server.stop();
  });

  it('weigh criteria, and leave battles without verdicts whose answers miss a score', async () => {
    const criteria = [
      { id: 'style', text: 'Style', weight: 1 },
      { id: 'facts', text: 'Facts', weight: 3 },
    ];
    await arena.database.sql`
      insert into prompt_material (campaign_id, prompt_id, kind, value)
      select distinct campaign_id, prompt_id, 'criteria', ${arena.database.sql.json(criteria)} from campaign_prompts`;
    const file = `---\n${HEAD}mode: criteria\nverdict: { parser: score, min: 1, max: 5 }\n---\n${BODY.replace('{{ verdict', '{{ criterion.text }}\n{{ verdict')}`;
    const run = await arena.judge(
      (request) => {
        const text = textOf(request);
        const mark = markOf(request);
        // model 3 is never scored on facts; style says the opposite of facts
        if (/\nFacts\n/.test(text))
          return mark === 3 ? { kind: 'text', text: '?' } : tagged(String(mark))(request);
        return tagged(String(6 - mark))(request);
      },
      { limit: 12 },
      file,
    );
    expect(run.started.calls.total).toBe(24);
    await run.work();
    const rows = await derived();
    expect(rows).toHaveLength(4);
    // facts weigh three times as much: model 2 wins, by half of a step
    for (const { outcome, a, b } of rows) expect([outcome, a + b]).toEqual([a > b ? 'a' : 'b', 3]);
    await run.server.stop();
  });

  it('rank lists of answers in cyclic orders', async () => {
    const file = `---\n${HEAD}mode: listwise\nverdict: { parser: ranking }\n---\n${BODY}`;
    const run = await arena.judge(
      (request) => {
        const text = textOf(request);
        const shown = [...text.matchAll(/\[\[Answer ([A-C]) \w+\]\]\nAnswer (\d)/g)];
        const ranking = shown.sort((x, y) => Number(y[2]) - Number(x[2])).map((found) => found[1]);
        const nonce = /\[\[Answer A (\w+)\]\]/.exec(text)?.[1];
        return { kind: 'text', text: JSON.stringify({ nonce, ranking }) };
      },
      { limit: 12 },
      file,
    );
    expect(run.started.calls.total).toBe(12);
    await run.work();
    expect(await run.document()).toMatchObject({ verdicts: { unscored: {} } });
    const rows = await derived();
    expect(rows).toHaveLength(12);
    for (const { outcome, a, b } of rows) expect(outcome).toBe(a > b ? 'a' : 'b');
    await run.server.stop();
  });
});

describe('judges that read probabilities', () => {
  const file = `---\nschema: judge-template/1\nid: quick\ntitle: Quick\nmeasures: Nothing\nmode: pairwise\nprobes: []\nverdict: { parser: label_token, map: { A: 1, B: 0 } }\n---\n{% user %}\n{{ conversation }}\n{{ verdict_contract }}\n`;

  it('ask for the alternatives of each token, and store how sure the judge is', async () => {
    const run = await arena.judge(
      () => ({
        kind: 'text',
        text: 'A',
        logprobs: [
          [
            ['A', Math.log(0.7)],
            ['B', Math.log(0.28)],
          ],
        ],
      }),
      { limit: 1 },
      file,
    );
    await run.work();
    expect(run.server.requests[0]!.body).toMatchObject({ logprobs: true, top_logprobs: 20 });
    const rows = await arena.database.sql<{ order: string; outcome: string; share: number }[]>`
      select slot_order as "order", outcome, share_a as share from verdicts order by slot_order`;
    expect(rows.map(({ order, outcome }) => [order, outcome])).toEqual([
      ['ab', 'a'],
      ['ba', 'b'],
    ]);
    expect(rows[0]!.share).toBeCloseTo(0.7 / 0.98, 9);
    expect(rows[1]!.share).toBeCloseTo(0.28 / 0.98, 9);
    await run.server.stop();
  });

  it('are refused by a provider that gives none', async () => {
    const { deps, server } = await arena.judge(says('A'), { limit: 1 });
    await arena.database
      .sql`update providers set capabilities = '{"topLogprobs": 0}' where base_url = ${server.baseUrl}`;
    const [provider] = await deps.providers.list();
    await expect(
      arena.judge(says('A'), { limit: 1, provider: provider!.name, baseUrl: null }, file),
    ).rejects.toMatchObject({ code: 'invalid_request', at: { column: 'provider' } });
    await server.stop();
  });
});
