import { setTimeout as pause } from 'node:timers/promises';
import type { RunHistory, RunRecord, Viewer } from '@agon/arena';
import type { CampaignId, RunId, UserId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { SAMPLE_MS } from './sample-bundle.ts';
import { type JudgeSetup, sampleJudging } from './sample-judging.ts';

type Setup = JudgeSetup & {
  person(): Promise<UserId>;
  /** An open campaign without anything. Default: made by nobody; it belongs to the arena. */
  campaign(is?: { readonly by?: UserId }): Promise<CampaignId>;
};

/** Runs; their calls are runCallsContract's. */
export function runStoreContract(setUp: () => Promise<Setup>): void {
  describe('the contract of RunStore: runs', () => {
    it('makes a run with all of its calls, or neither', async () => {
      const setup = await setUp();
      const { runs, elsewhere, ids } = setup;
      const { run: runOf, calls, campaignId, providerId } = await sampleJudging(setup, 3);
      const run = runOf();
      expect(await runs.create(run, [...calls, calls[0]!])).toBe(3);
      expect(await elsewhere.find(run.id)).toEqual({
        id: run.id,
        kind: 'verdicts',
        campaignId,
        campaign: expect.any(String),
        campaignTitle: expect.any(String),
        providerId,
        provider: `provider-${providerId}`,
        baseUrl: 'http://127.0.0.1:9/v1',
        model: 'judge-model',
        subject: 'sample',
        config: run.config,
        concurrency: 4,
        budgetUsd: 1.5,
        prices: { input: 2, cached: null, output: 8, from: 'a test' },
        seed: 7,
        by: run.by,
        state: 'queued',
        error: null,
        pace: null,
        standing: 'counted',
        standingReason: null,
        standingBy: null,
        startedAtMs: SAMPLE_MS,
        finishedAtMs: null,
      } satisfies RunRecord);
      const broken = runOf({ providerId: ids.next() as never });
      await expect(runs.create(broken, calls)).rejects.toThrow();
      expect(await runs.find(broken.id)).toBeNull();
      expect(await runs.find('no id at all' as RunId)).toBeNull();
    });

    it('lists runs, newest first, page by page, of a campaign or kind, and those that are open', async () => {
      const setup = await setUp();
      const { runs, elsewhere, campaign } = setup;
      const { campaignId, run: runOf } = await sampleJudging(setup, 1);
      const made: RunId[] = [];
      for (const kind of ['verdicts', 'answers', 'probe'] as const) {
        // identifiers sort by the millisecond
        await pause(2);
        const run = runOf({ kind, ...(kind === 'probe' ? { campaignId: null } : {}) });
        await runs.create(run, []);
        made.unshift(run.id);
      }
      const [probe, answers, verdicts] = made as [RunId, RunId, RunId];
      const list = async (
        filter: Partial<Parameters<typeof runs.list>[0]>,
        after: RunId | null = null,
        limit = 9,
      ) => (await elsewhere.list({ viewer: 'all', ...filter }, { after, limit })).map(({ id }) => id);
      expect(await list({}, null, 2)).toEqual([probe, answers]);
      expect(await list({}, answers, 2)).toEqual([verdicts]);
      expect(await list({ campaignId })).toEqual([answers, verdicts]);
      expect(await list({ campaignId: await campaign() })).toEqual([]);
      expect(await list({ kind: 'answers' })).toEqual([answers]);
      await runs.move(answers, ['queued'], 'running', null, SAMPLE_MS + 1);
      await runs.move(probe, ['queued'], 'failed', 'no key', SAMPLE_MS + 2);
      expect(await list({ state: 'open' })).toEqual([answers, verdicts]);
      expect([...(await elsewhere.open())].sort()).toEqual([answers, verdicts].sort());
    });

    it('lists to each the runs of their campaigns, of those of the arena, and of none', async () => {
      const setup = await setUp();
      const { runs, elsewhere, person, campaign } = setup;
      const { campaignId: common, run: runOf } = await sampleJudging(setup, 1);
      const [ada, bob] = [await person(), await person()];
      const of = async (campaignId: CampaignId | null) => {
        const run = runOf({ campaignId });
        await runs.create(run, []);
        return run.id;
      };
      const [own, theirs] = [await of(await campaign({ by: ada })), await of(await campaign({ by: bob }))];
      const shared = [await of(common), await of(null)];
      const list = async (viewer: Viewer) =>
        (await elsewhere.list({ viewer }, { after: null, limit: 9 })).map(({ id }) => id).sort();
      expect(await list(ada)).toEqual([own, ...shared].sort());
      expect(await list(bob)).toEqual([theirs, ...shared].sort());
      expect(await list('all')).toEqual([own, theirs, ...shared].sort());
    });

    it('moves a run on from where it is said to be, and from nowhere else', async () => {
      const setup = await setUp();
      const { runs, elsewhere } = setup;
      const { run: runOf } = await sampleJudging(setup, 1);
      const { id } = runOf();
      await runs.create(runOf({ id }), []);
      const moves = await Promise.all(
        [runs, elsewhere, runs, elsewhere].map((each) =>
          each.move(id, ['queued', 'running'], 'failed', 'no key', SAMPLE_MS + 2),
        ),
      );
      expect(moves.filter(Boolean)).toHaveLength(1);
      expect(await elsewhere.find(id)).toMatchObject({
        state: 'failed',
        error: 'no key',
        finishedAtMs: SAMPLE_MS + 2,
      });
      expect(await runs.move(id, ['paused', 'failed'], 'queued', null, SAMPLE_MS + 3)).toBe(true);
      expect(await elsewhere.find(id)).toMatchObject({ state: 'queued', error: null, finishedAtMs: null });
      expect(await runs.move(id, ['done'], 'cancelled', null, SAMPLE_MS + 4)).toBe(false);
    });

    it('changes a standing from where it is said to be, and says whether anything changed', async () => {
      const setup = await setUp();
      const { runs, elsewhere } = setup;
      const { run: runOf } = await sampleJudging(setup, 1);
      const run = runOf();
      await runs.create(run, []);
      const suspect = { standing: 'suspect', reason: 'coin', by: null } as const;
      const admitted = { standing: 'admitted', reason: null, by: 'ada' } as const;
      expect(await runs.setStanding(run.id, ['counted', 'suspect'], suspect)).toBe(true);
      expect(await elsewhere.setStanding(run.id, ['counted', 'suspect'], suspect)).toBe(false);
      expect(await elsewhere.find(run.id)).toMatchObject({
        standing: 'suspect',
        standingReason: 'coin',
        standingBy: null,
      });
      expect(await elsewhere.setStanding(run.id, ['suspect'], admitted)).toBe(true);
      expect(await runs.setStanding(run.id, ['counted', 'suspect'], suspect)).toBe(false);
      expect(await runs.find(run.id)).toMatchObject({
        standing: 'admitted',
        standingReason: null,
        standingBy: 'ada',
      });
      const other = runOf({ standing: 'admitted' });
      await runs.create(other, []);
      expect(await elsewhere.find(other.id)).toMatchObject({ standing: 'admitted' });
    });

    it('counts probes apart from what is asked about battles, beside how the battle was read', async () => {
      const setup = await setUp();
      const { runs, elsewhere } = setup;
      const { run: runOf, calls, battles, replied } = await sampleJudging(setup, 2);
      const [battle] = battles;
      const run = runOf();
      const probes = [
        `identical:${battle}`,
        `planted_verdict:${battle}:a`,
        `planted_verdict:${battles[1]}:b`,
      ];
      await runs.create(run, [...calls, ...probes.map((target) => ({ target, order: 'ab', repeat: 1 }))]);
      const leased = await runs.lease(run.id, 9, SAMPLE_MS, SAMPLE_MS + 1000);
      const record = (await runs.find(run.id))!;
      const said = [
        [battle!, 'b'],
        [probes[0]!, 'tie'],
        [probes[1]!, 'a'],
      ] as const;
      const settled = said.map(([target, label]) => {
        const reply = replied(leased.find((call) => call.target === target)!, label);
        return target === battle || reply.kind !== 'reply'
          ? reply
          : { ...reply, read: { label, reading: null } };
      });
      await runs.settle(record, 'test-1', settled);
      expect(await elsewhere.counts(run.id)).toMatchObject({
        total: 5,
        done: 3,
        targets: 2,
        results: { b: 1 },
      });
      expect(await elsewhere.orderCounts(run.id)).toEqual(
        expect.arrayContaining([
          { ab: 'b', ba: null, count: 1 },
          { ab: null, ba: null, count: 1 },
        ]),
      );
      const found = await elsewhere.probeCounts(run.id);
      expect([...found].sort((x, y) => (x.probe < y.probe ? -1 : 1))).toEqual([
        { probe: 'identical', slot: null, label: 'tie', basis: 'b', count: 1 },
        { probe: 'planted_verdict', slot: 'a', label: 'a', basis: 'b', count: 1 },
      ]);
    });

    it('keeps what its worker says of its pace, and a new budget', async () => {
      const setup = await setUp();
      const { runs, elsewhere } = setup;
      const run = (await sampleJudging(setup, 1)).run();
      await runs.create(run, []);
      const pace = {
        inFlight: 3,
        limit: 4,
        perSecond: 1.5,
        rateLimited: 7,
        latencyMs: 250,
        restingUntilMs: SAMPLE_MS,
        atMs: SAMPLE_MS,
      };
      await runs.setPace(run.id, pace);
      await runs.setBudget(run.id, 3);
      expect(await elsewhere.find(run.id)).toMatchObject({ pace, budgetUsd: 3 });
    });

    it('keeps what a run went through until more is added to it', async () => {
      const setup = await setUp();
      const { runs, elsewhere } = setup;
      const run = (await sampleJudging(setup, 1)).run();
      await runs.create(run, []);
      expect(await elsewhere.history(run.id)).toBeNull();
      const pace = {
        inFlight: 0,
        limit: 4,
        perSecond: 0,
        rateLimited: 0,
        latencyMs: null,
        restingUntilMs: null,
        atMs: SAMPLE_MS,
      };
      const history: RunHistory = {
        stepMs: 1000,
        points: [{ atMs: SAMPLE_MS, workedMs: 900, replies: 2, turnedAway: 1, inFlight: 3, limit: 4 }],
        turnedAway: { calls: 1, bursts: 1, lastMs: SAMPLE_MS + 5, early: 0, longestWaitMs: 12 },
        limits: [{ of: 'requests', allowed: 60, left: 59, windowMs: 60_000, atMs: SAMPLE_MS }],
      };
      await runs.setPace(run.id, pace, history);
      await runs.setPace(run.id, { ...pace, inFlight: 1 });
      expect(await elsewhere.history(run.id)).toEqual(history);
      await runs.move(run.id, ['queued'], 'done', null, SAMPLE_MS + 9);
      expect(await elsewhere.history(run.id)).toEqual(history);
    });

    it('counts runs by kind and state, and lists those of one state or those that are suspect', async () => {
      const setup = await setUp();
      const { runs, elsewhere, campaign } = setup;
      const { campaignId, run: runOf } = await sampleJudging(setup, 1);
      const config = runOf().config;
      const made = [
        runOf(),
        runOf(),
        runOf({ config: { ...config, control: 'coin' } as typeof config }),
        runOf({ kind: 'answers' }),
        runOf({ kind: 'answers', campaignId: await campaign() }),
      ];
      for (const run of made) await runs.create(run, []);
      const [counted, suspect, control, answers] = made.map(({ id }) => id) as [RunId, RunId, RunId, RunId];
      for (const id of [counted, suspect, control]) {
        await runs.move(id, ['queued'], 'done', null, SAMPLE_MS + 9);
        if (id !== counted)
          await runs.setStanding(id, ['counted'], { standing: 'suspect', reason: 'coin', by: null });
      }
      await runs.move(answers, ['queued'], 'paused', 'spent', SAMPLE_MS + 9);
      expect(await elsewhere.tally({ campaignId, viewer: 'all' })).toEqual([
        { kind: 'answers', state: 'paused', isSuspect: false, count: 1 },
        // a rule enters no ranking: nobody waits for it to be admitted
        { kind: 'verdicts', state: 'done', isSuspect: false, count: 2 },
        { kind: 'verdicts', state: 'done', isSuspect: true, count: 1 },
      ]);
      expect(
        (await elsewhere.tally({ viewer: 'all' })).reduce((sum, { count }) => sum + count, 0),
      ).toBeGreaterThanOrEqual(5);
      const list = async (state: 'paused' | 'failed' | 'done' | 'suspect') =>
        (await elsewhere.list({ campaignId, state, viewer: 'all' }, { after: null, limit: 9 })).map(
          ({ id }) => id,
        );
      expect(await list('paused')).toEqual([answers]);
      expect(await list('failed')).toEqual([]);
      expect([...(await list('done'))].sort()).toEqual([counted, suspect, control].sort());
      expect(await list('suspect')).toEqual([suspect]);
    });
  });
}
