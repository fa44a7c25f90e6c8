import {
  compareJudgeVersions,
  getJudgeTrial,
  type StartJudgeTrial,
  SYSTEM_ACTOR,
  saveJudge,
  startJudgeTrial,
} from '@agon/arena';
import { createLabStore } from '@agon/database';
import type { RunId } from '@agon/domain';
import { nonceOf, type ScriptedReply, type ScriptedRequest, startScriptedOpenAiServer } from '@agon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ASKING, RunsUnderTest, says } from './runs-under-test.ts';

const SOURCE = `---
id: tried
title: Tried
measures: Which answer is better.
mode: pairwise
labels: [A, B, tie]
settings: { temperature: 0, max_tokens: 200 }
---
{% system %}
You compare two answers.
{% user %}
{{ conversation }}

Write your decision as {{ verdict_tag }}, with A, B or tie inside the tag.
`;

let arena: RunsUnderTest;

beforeEach(async () => {
  arena = await RunsUnderTest.open();
});
afterEach(() => arena.close());

const lab = () => ({ ...arena.ports(), lab: createLabStore(arena.database) });

async function tryOut(
  script: (request: ScriptedRequest) => ScriptedReply,
  options: Partial<StartJudgeTrial> = {},
) {
  const server = await startScriptedOpenAiServer(script);
  const deps = lab();
  const started = await startJudgeTrial(
    {
      ...ASKING,
      actor: SYSTEM_ACTOR,
      campaign: 'judged',
      judge: null,
      source: SOURCE,
      model: 'scripted',
      baseUrl: server.baseUrl,
      battles: [],
      voted: 2,
      random: 4,
      orders: 'both',
      ...options,
    },
    deps,
  );
  await arena.workToEnd(started.run as RunId, deps);
  await server.stop();
  return { server, trial: await getJudgeTrial({ actor: SYSTEM_ACTOR, run: started.run }, deps) };
}

describe('a dry run', () => {
  it('asks the requests of a run, keeps all that came back, and lands nowhere', async () => {
    const { trial, server } = await tryOut((request) => {
      if (request.index === 0) return { kind: 'text', text: 'No decision.' };
      return { ...says('A')(request), costUsd: 0.002, reasoning: 'First seen.' } as ScriptedReply;
    });
    expect(trial).toMatchObject({ state: 'done', draft: true, calls: { total: 12, done: 12 } });
    expect(trial.cost).toBeCloseTo(0.022, 10);
    // always the answer shown first: in the battle's slots a, then b
    expect(trial.totals).toMatchObject({ changed_by_order: 1, both_orders: 5, ended: 12 });
    expect(trial.totals.unscored).toBeCloseTo(1 / 12, 12);
    expect(trial.totals.cost_per_1000).toBeCloseTo(2, 10);
    const readings = trial.items.flatMap((item) => item.readings);
    const scored = readings.filter(({ state }) => state === 'scored');
    expect(scored).toHaveLength(11);
    for (const reading of scored) {
      expect(reading.outcome).toBe(reading.order === 'ab' ? 'a' : 'b');
      expect(reading.raw).toContain(`<${reading.tag}>A</${reading.tag}>`);
      expect(reading.reasoning).toBe('First seen.');
      expect(reading.latency_ms).not.toBeNull();
    }
    expect(readings.filter(({ state }) => state === 'unscored')).toMatchObject([
      { reason: 'unparseable', raw: 'No decision.' },
    ]);
    // what is shown as sent is what was sent
    const sent = server.requests.map(({ messages }) => messages.at(-1)?.content).sort();
    expect(readings.map(({ user }) => user).sort()).toEqual(sent);
    const [row] = await arena.database.sql<{ verdicts: number; judges: number }[]>`
      select (select count(*)::int from verdicts) as verdicts, (select count(*)::int from judges) as judges`;
    expect(row).toEqual({ verdicts: 0, judges: 0 });
  });

  it('shows why a call has no reply', async () => {
    const { trial } = await tryOut((request) =>
      request.index === 3
        ? { kind: 'status', status: 400, message: 'This one I do not like.' }
        : says('tie')(request),
    );
    const failed = trial.items.flatMap((item) => item.readings).filter(({ state }) => state === 'failed');
    expect(failed).toMatchObject([
      { reason: 'refused', raw: null, message: expect.stringContaining('it refuses the call') },
    ]);
    expect(trial.items.filter(({ state }) => state === 'unscored')).toHaveLength(1);
  });

  it('pauses at its budget', async () => {
    const { trial } = await tryOut((request) => ({ ...says('A')(request), costUsd: 0.4 }) as ScriptedReply, {
      budgetUsd: 1,
      prices: { input: 1, cached: null, output: 1 },
      concurrency: 1,
    });
    expect(trial.state).toBe('paused');
    expect(trial.cost).toBeLessThan(1.3);
    expect(trial.items.some(({ state }) => state === 'waiting')).toBe(true);
  });
});

describe('a version beside another one', () => {
  it('is measured on the battles that both were tried on', async () => {
    const deps = lab();
    const save = (source: string) => saveJudge({ actor: SYSTEM_ACTOR, source }, deps);
    const one = await save(SOURCE);
    const first = await tryOut(says('A'), { source: null, judge: 'tried' });
    expect(first.trial.against).toBeNull();
    const battles = first.trial.items.map(({ battle }) => battle);
    await vote(battles[0]!, 'a');
    await vote(battles[1]!, 'b');
    // the second version sees what the answers say: it always chooses the same one
    const second = SOURCE.replace('two answers.', 'two answers with care.');
    const asks = (request: ScriptedRequest): ScriptedReply => {
      const text = request.messages.map(({ content }) => content).join('\n');
      const [a = '', b = ''] = [...text.matchAll(/\[\[Answer [AB] \w+\]\]\n(.*)/g)].map((found) => found[1]);
      const nonce = nonceOf(request);
      return { kind: 'text', text: `<v-${nonce}>${a < b ? 'A' : 'B'}</v-${nonce}>` };
    };
    const { trial } = await tryOut(asks, { source: second, battles, voted: 0, random: 0 });
    expect(trial.totals.changed_by_order).toBe(0);
    expect(trial.against).toMatchObject({
      identity: one.identity,
      version: 1,
      items: 2,
      changed_by_order: -1,
      orders_items: 6,
    });
    const two = await save(second);
    const compared = await compareJudgeVersions(
      {
        actor: SYSTEM_ACTOR,
        judge: 'tried',
        left: one.identity,
        right: two.identity,
        campaign: 'judged',
      },
      deps,
    );
    expect(compared).toMatchObject({
      model: 'scripted',
      models: ['scripted'],
      items: 2,
      left: { version: 1, verdicts: 12, changed_by_order: 1, agreement: 0.5 },
      right: { version: 2, verdicts: 12, changed_by_order: 0 },
      verdict_pairs: 12,
      verdict_changes: 6,
    });
    expect(compared.changed).toHaveLength(6);
    expect(compared.changed.find(({ battle }) => battle === battles[0])).toMatchObject({
      people: { a: 1, b: 0, tie: 0 },
      left: { ab: 'a', ba: 'b' },
    });
  });
});

/** A vote of somebody new, of a chain that nothing here checks. */
async function vote(battle: string, outcome: 'a' | 'b'): Promise<void> {
  const { sql } = arena.database;
  const [rater] = await sql<{ id: string }[]>`
    insert into raters (id) values (gen_random_uuid()) returning id`;
  await sql`
    insert into votes (id, campaign_id, battle_id, rater_id, outcome, idempotency_key, seq, hash, at)
    values (gen_random_uuid(), ${arena.campaign}, ${battle}, ${rater!.id}, ${outcome}, gen_random_uuid()::text,
      (select 1 + coalesce(max(seq), 0) from votes), '00', now())`;
}
