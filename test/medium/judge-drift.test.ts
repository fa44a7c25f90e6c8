import {
  type CheckJudgeDrift,
  cancelRun,
  checkJudgeDrift,
  getJudgeDrift,
  getJury,
  getOverview,
  listRuns,
  pauseRun,
  resumeRun,
  SYSTEM_ACTOR,
  startDueChecks,
} from '@agon/arena';
import { createDriftStore, createJudgeCardStore, createLabStore, createOverviewStore } from '@agon/database';
import type { RunId } from '@agon/domain';
import { nonceOf, type ScriptedReply, type ScriptedRequest } from '@agon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunsUnderTest } from './runs-under-test.ts';

/** Three models and four prompts: twelve battles, in both orders. */
const BATTLES = 12;
const CALLS = 2 * BATTLES;
const HOUR_MS = 3_600_000;

let arena: RunsUnderTest;
/** How the model behind the name behaves now. */
let served: {
  readonly fingerprint: string;
  /** Whether it takes the answer that comes later in the alphabet. */
  readonly isTurned: boolean;
  readonly costUsd?: number;
  readonly isSilent?: boolean;
};

beforeEach(async () => {
  arena = await RunsUnderTest.open();
  served = { fingerprint: 'fp_old', isTurned: false };
});
afterEach(() => arena.close());

/** Judges by what the answers say, so that both orders agree. */
function model(request: ScriptedRequest): ScriptedReply {
  const text = request.messages.map(({ content }) => content).join('\n');
  const [first = '', second = ''] = [...text.matchAll(/Answer \d+ to prompt-\d+/g)].map(([found]) => found);
  const nonce = nonceOf(request);
  const label = first < second !== served.isTurned ? 'A' : 'B';
  return {
    kind: 'text',
    text: served.isSilent ? 'I would rather not.' : `Because.\n<v-${nonce}>${label}</v-${nonce}>`,
    fingerprint: served.fingerprint,
    ...(served.costUsd === undefined ? {} : { costUsd: served.costUsd }),
  };
}

/** A judge that has judged all battles, and what asks it again. */
async function judged(options: Parameters<RunsUnderTest['judge']>[1] = {}) {
  const run = await arena.judge(model, { limit: BATTLES, ...options });
  await run.work();
  const deps = {
    ...run.deps,
    judgeCards: createJudgeCardStore(arena.database),
    lab: createLabStore(arena.database),
    drift: createDriftStore(arena.database),
    overview: createOverviewStore(arena.database),
  };
  const judge = { actor: SYSTEM_ACTOR, campaign: 'judged', judge: 'pair-explain' };
  const start = (change: Partial<CheckJudgeDrift> = {}) => {
    // ids of runs are in the order of their milliseconds
    arena.nowMs += 1000;
    return checkJudgeDrift(
      {
        ...judge,
        provider: null,
        items: 64,
        seed: 1,
        budgetUsd: null,
        prices: null,
        check: true,
        accept: false,
        ...change,
      },
      deps,
    );
  };
  const read = async () => (await getJudgeDrift(judge, deps)).items[0]!;
  return {
    ...run,
    deps,
    start,
    read,
    async check(change: Partial<CheckJudgeDrift> = {}) {
      const { checks } = await start(change);
      await arena.workToEnd(checks[0]!.run as RunId, deps);
      return read();
    },
  };
}

describe('a check of a judge', () => {
  it('asks exactly what was asked before, and finds the same', async () => {
    const { server, check, deps } = await judged();
    const before = server.requests.map(textOf).sort();
    expect(before).toHaveLength(CALLS);
    const drift = await check();
    const asked = server.requests.slice(CALLS).map(textOf).sort();
    expect(asked).toEqual(before);
    expect(drift).toMatchObject({
      judge: 'pair-explain',
      battles: BATTLES,
      calls: CALLS,
      voted: 0,
      state: 'same',
      basis: { fingerprints: ['fp_old'], models: ['scripted'] },
    });
    expect(drift.checks).toMatchObject([
      {
        run_state: 'done',
        state: 'same',
        pairs: CALLS,
        changed: 0,
        unscored: 0,
        renamed: false,
        // nothing was asked twice before: a share is assumed
        expected: { share: 0.05, pairs: 0 },
        people: null,
        kappa: { value: 1 },
      },
    ]);
    expect(drift.checks[0]!.orders).toMatchObject([
      { order: 'ab', pairs: BATTLES, changed: 0 },
      { order: 'ba', pairs: BATTLES, changed: 0 },
    ]);
    // it is a run like any other, and nothing of it counts
    const { items } = await listRuns({ actor: SYSTEM_ACTOR, kind: 'drift', limit: 10 }, deps);
    expect(items).toMatchObject([{ kind: 'drift', subject: 'pair-explain', state: 'done' }]);
    const [row] = await arena.database.sql<{ verdicts: number }[]>`
      select count(*)::int as verdicts from verdicts`;
    expect(row!.verdicts).toBe(CALLS);
    // the next one is held against what this one repeated
    expect((await check()).checks[0]).toMatchObject({ state: 'same', expected: { share: 0, pairs: CALLS } });
    await server.stop();
  });

  it('reports a model that changed behind its name, with its agreement with people before and after', async () => {
    const { server, check, deps } = await judged();
    const warnings = async () => {
      const { attention } = await getOverview({ actor: SYSTEM_ACTOR }, deps);
      return attention.filter(({ kind }) => kind === 'drifted_judge');
    };
    const inJury = async () =>
      (await getJury({ actor: SYSTEM_ACTOR, campaign: 'judged' }, deps)).judges.map(({ drift }) => drift);
    // people take what comes first in the alphabet, as the model did
    for (const battle of await battles()) await vote(battle.id, battle.first);
    expect(await inJury()).toEqual([null]);
    await check();
    expect([await inJury(), await warnings()]).toEqual([['same'], []]);
    served = { fingerprint: 'fp_new', isTurned: true };
    const drift = await check();
    expect(await inJury()).toEqual(['changed']);
    expect(await warnings()).toMatchObject([
      { campaign: 'judged', judge: 'pair-explain', model: 'scripted', identity: drift.identity },
    ]);
    expect(drift).toMatchObject({ state: 'changed', voted: BATTLES });
    expect(drift.checks[0]).toMatchObject({
      state: 'changed',
      changed: CALLS,
      pairs: CALLS,
      renamed: true,
      fingerprints: ['fp_new'],
      expected: { share: 0, pairs: CALLS },
    });
    expect(drift.checks[0]!.p!).toBeLessThan(1e-9);
    expect(drift.checks[0]!.share.low!).toBeGreaterThan(0.8);
    const { people } = drift.checks[0]!;
    expect(people).toMatchObject({ battles: BATTLES, mcnemar: { only_before: BATTLES, only_after: 0 } });
    expect(people!.before!.value).toBe(1);
    expect(people!.after!.value).toBeLessThan(0);
    expect(people!.change!.value).toBeLessThan(-1);
    expect(people!.change!.high!).toBeLessThan(0);
    // the earlier check stays what it was
    expect(drift.checks[1]).toMatchObject({ state: 'same', renamed: false });
    // whoever takes the change as it is goes on from there
    const accepted = await check({ accept: true });
    expect(accepted).toMatchObject({ state: 'same', basis: { fingerprints: ['fp_new'] }, calls: CALLS });
    expect(accepted.checks).toHaveLength(1);
    expect(await warnings()).toEqual([]);
    await server.stop();
  });

  it('tells another name alone, and replies that hold no verdict any more', async () => {
    const { server, check } = await judged();
    served = { fingerprint: 'fp_new', isTurned: false };
    expect((await check()).state).toBe('name_changed_only');
    served = { fingerprint: 'fp_old', isTurned: false, isSilent: true };
    expect((await check()).checks[0]).toMatchObject({ state: 'changed', unscored: CALLS, kappa: null });
    await server.stop();
  });

  it('draws fewer battles by its seed, those with votes first, and keeps them', async () => {
    const { server, check } = await judged();
    const [one, two] = await battles();
    for (const battle of [one!, two!]) await vote(battle.id, battle.first);
    const drift = await check({ items: 2 });
    expect(drift).toMatchObject({ battles: 2, calls: 4, voted: 2, state: 'too_few' });
    expect(await check({ items: 5, seed: 9 })).toMatchObject({ battles: 2, calls: 4, seed: 1 });
    await server.stop();
  });

  it('pauses at its budget, is resumed and cancelled as any run', async () => {
    const prices = { input: 1, cached: null, output: 1 };
    const { server, start, read, deps } = await judged({ prices });
    served = { ...served, costUsd: 0.05 };
    const { checks, budget } = await start({ budgetUsd: 0.3 });
    expect(budget).toBe(0.3);
    const run = checks[0]!.run as RunId;
    // one that is under way is not started again
    expect((await start()).checks).toHaveLength(1);
    await arena.workToEnd(run, deps);
    const paused = await read();
    expect(paused.checks[0]).toMatchObject({ run_state: 'paused', state: 'too_few' });
    expect(paused.checks[0]!.pairs).toBeLessThan(16);
    const command = { actor: SYSTEM_ACTOR, run };
    await resumeRun({ ...command, budgetUsd: 5 }, deps);
    await arena.workToEnd(run, deps);
    expect((await read()).checks[0]).toMatchObject({ run_state: 'done', state: 'same', pairs: CALLS });
    const second = (await start()).checks[0]!.run;
    await pauseRun({ actor: SYSTEM_ACTOR, run: second }, deps);
    await cancelRun({ actor: SYSTEM_ACTOR, run: second }, deps);
    // what could tell last still stands
    expect(await read()).toMatchObject({ state: 'same', checks: [{ run_state: 'cancelled' }, {}] });
    await server.stop();
  });

  it('needs verdicts that a model gave in a run that counts', async () => {
    const { server, id, start } = await judged();
    await arena.database.sql`update runs set standing = 'excluded' where id = ${id}`;
    await expect(start()).rejects.toMatchObject({ code: 'no_comparisons' });
    await arena.database.sql`update runs set standing = 'counted' where id = ${id}`;
    await expect(start({ provider: 'another' })).rejects.toMatchObject({
      code: 'no_comparisons',
      hint: expect.stringContaining('Providers with such runs'),
    });
    await server.stop();
  });
});

describe('checks by schedule', () => {
  it('are started by exactly one of several services, and not while one is under way', async () => {
    const { server, start, read, deps } = await judged();
    const elsewhere = { ...deps, drift: createDriftStore(arena.database) };
    const due = async () => {
      const started = await Promise.all([deps, elsewhere, deps, elsewhere].map(startDueChecks));
      return started.reduce((sum, each) => sum + each, 0);
    };
    const drift = await start({ check: false, everyHours: 24 });
    expect(drift).toMatchObject({ every_hours: 24, checks: [] });
    expect(Date.parse(drift.next_at!)).toBe(arena.nowMs + 24 * HOUR_MS);
    expect(await due()).toBe(0);
    arena.nowMs += 24 * HOUR_MS;
    expect(await due()).toBe(1);
    // it still runs when the next one is due
    arena.nowMs += 24 * HOUR_MS;
    expect(await due()).toBe(0);
    await arena.workToEnd((await read()).checks[0]!.run as RunId, deps);
    expect(await due()).toBe(1);
    expect((await read()).checks).toMatchObject([{ run_state: 'queued' }, { state: 'same' }]);
    await arena.workToEnd((await read()).checks[0]!.run as RunId, deps);
    const off = await start({ check: false, everyHours: null });
    expect(off).toMatchObject({ every_hours: null, next_at: null });
    arena.nowMs += 1000 * HOUR_MS;
    expect(await due()).toBe(0);
    await server.stop();
  });

  it('that cannot start say why, and try again at their next time', async () => {
    const { server, start, read, deps } = await judged();
    await start({ check: false, everyHours: 1 });
    await arena.database.sql`update providers set removed_at = now()`;
    arena.nowMs += HOUR_MS;
    expect(await startDueChecks(deps)).toBe(0);
    expect(await startDueChecks(deps)).toBe(0);
    const failed = await read();
    expect(failed.failure).toMatch(/was removed/);
    expect(Date.parse(failed.next_at!)).toBe(arena.nowMs + HOUR_MS);
    await arena.database.sql`update providers set removed_at = null`;
    arena.nowMs += HOUR_MS;
    expect(await startDueChecks(deps)).toBe(1);
    expect((await read()).failure).toBeNull();
    await server.stop();
  });
});

/** Without the nonce, which is new for each call. */
function textOf(request: ScriptedRequest): string {
  return JSON.stringify(request.messages)
    .replaceAll(nonceOf(request), 'NONCE')
    .replace(/[0-9a-f]{10}/g, '');
}

/** Judged battles, and the slot whose answer comes first in the alphabet. */
async function battles(): Promise<{ id: string; first: 'a' | 'b' }[]> {
  return await arena.database.sql<{ id: string; first: 'a' | 'b' }[]>`
    select distinct d.battle_id as id, d.outcome as first from verdicts d order by 1`;
}

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
