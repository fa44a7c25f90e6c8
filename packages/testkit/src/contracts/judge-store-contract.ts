import { setTimeout as pause } from 'node:timers/promises';
import type { JudgeRunRecord } from '@agon/arena';
import type { BattleId, JudgeRunId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';
import { type JudgeSetup, SAMPLE_JUDGE, sampleJudging } from './sample-judging.ts';

/** Judges, what they are asked about, and runs; their calls are judgeCallsContract's. */
export function judgeStoreContract(setUp: () => Promise<JudgeSetup>): void {
  describe('the contract of JudgeStore: runs', () => {
    it('stores a judge once, wherever it is kept', async () => {
      const { runs, elsewhere } = await setUp();
      const kept = await Promise.all(
        [runs, elsewhere, runs, elsewhere].map((each) => each.keepJudge(SAMPLE_JUDGE)),
      );
      expect(new Set(kept).size).toBe(1);
      expect(await runs.keepJudge({ ...SAMPLE_JUDGE, identity: 'sample@2' })).not.toBe(kept[0]);
    });

    it('finds one battle for each prompt, pair and turn, voted ones first, in the order of the seed', async () => {
      const { runs, imports, ids, campaign } = await setUp();
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 8);
      const mirrored = bundle.battles.map((battle) => ({
        ...battle,
        key: `mirrored/${battle.key}`,
        modelA: battle.modelB,
        modelB: battle.modelA,
      }));
      const voted = bundle.votes.slice(0, 2);
      await imports.write({ ...bundle, battles: [...bundle.battles, ...mirrored], votes: voted });
      const all = await runs.battlesToJudge(id, 1, null);
      expect(new Set(all).size).toBe(8);
      expect(all).toHaveLength(8);
      expect(await runs.battlesToJudge(id, 1, null)).toEqual(all);
      expect(await runs.battlesToJudge(id, 1, 3)).toEqual(all.slice(0, 3));
      const orders = await Promise.all([2, 3, 4, 5].map((seed) => runs.battlesToJudge(id, seed, null)));
      // two voted and six others: two orders are the same once in 2! × 6! = 1440, all five never
      expect(new Set([all, ...orders].map((order) => order.join())).size).toBeGreaterThan(1);
      for (const order of orders) {
        expect(order.slice(0, 2).sort()).toEqual(all.slice(0, 2).sort());
        expect([...order].sort()).toEqual([...all].sort());
      }
    });

    it('finds no battle without both answers, and none of an undone import', async () => {
      const { runs, imports, ids, campaign } = await setUp();
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 2);
      const answers = bundle.answers.filter(
        ({ promptKey, model }) => promptKey === 'prompt-1' || model === 'model-1',
      );
      await imports.write({ ...bundle, answers });
      expect(await runs.battlesToJudge(id, 1, null)).toHaveLength(1);
      await imports.undo(bundle.id, SAMPLE_MS);
      expect(await runs.battlesToJudge(id, 1, null)).toEqual([]);
    });

    it('makes a run with all of its calls, or neither', async () => {
      const setup = await setUp();
      const { runs, elsewhere, ids } = setup;
      const judging = await sampleJudging(setup, 3);
      const run = judging.run();
      expect(await runs.create(run, judging.calls)).toBe(3);
      expect(await elsewhere.find(run.id)).toEqual({
        id: run.id,
        campaignId: judging.campaignId,
        campaign: expect.any(String),
        judgeId: judging.judgeId,
        judge: 'sample',
        identity: 'sample@1',
        source: 'the file of the judge',
        model: 'judge-model',
        baseUrl: 'http://127.0.0.1:9/v1',
        apiKeyEnv: 'SOME_KEY',
        concurrency: 4,
        budgetUsd: 1.5,
        state: 'queued',
        error: null,
        startedAtMs: SAMPLE_MS,
        finishedAtMs: null,
      } satisfies JudgeRunRecord);
      const broken = judging.run();
      const nowhere = { battleId: ids.next() as BattleId, order: 'ab', repeat: 1 } as const;
      await expect(runs.create(broken, [...judging.calls, nowhere])).rejects.toThrow();
      expect(await runs.find(broken.id)).toBeNull();
      expect(await runs.find('no id at all' as JudgeRunId)).toBeNull();
    });

    it('asks again only what this judge and model have not scored', async () => {
      const setup = await setUp();
      const { runs } = setup;
      const { calls, run: runOf, verdict } = await sampleJudging(setup, 3);
      const run = runOf();
      await runs.create(run, calls);
      const [first, second] = await runs.lease(run.id, 2, SAMPLE_MS, SAMPLE_MS + 1000);
      const record = (await runs.find(run.id))!;
      await runs.complete(record, first!, verdict());
      await runs.complete(record, second!, verdict({ outcome: null, unscored: 'refused' }));
      expect(await runs.create(runOf(), calls)).toBe(2);
      expect(await runs.create(runOf({ model: 'other-model' }), calls)).toBe(3);
      expect(await runs.create(runOf(), [{ ...first!, order: 'ba' }])).toBe(1);
      expect(await runs.create(runOf(), [{ ...first!, repeat: 2 }])).toBe(1);
      expect(await runs.create(runOf(), [first!])).toBe(0);
    });

    it('lists the runs of a campaign, newest first, page by page, and those that are open', async () => {
      const setup = await setUp();
      const { runs, elsewhere, campaign } = setup;
      const { campaignId, run: runOf } = await sampleJudging(setup, 1);
      const made: JudgeRunId[] = [];
      for (const _ of [1, 2, 3]) {
        // identifiers sort by the millisecond
        await pause(2);
        const run = runOf();
        await runs.create(run, []);
        made.unshift(run.id);
      }
      const idsOf = (records: readonly JudgeRunRecord[]) => records.map(({ id }) => id);
      const page = await runs.list(campaignId, { after: null, limit: 2 });
      expect(idsOf(page)).toEqual(made.slice(0, 2));
      expect(idsOf(await runs.list(campaignId, { after: page[1]!.id, limit: 2 }))).toEqual(made.slice(2));
      expect(await runs.list(await campaign(), { after: null, limit: 2 })).toEqual([]);
      const [newest, middle, oldest] = made as [JudgeRunId, JudgeRunId, JudgeRunId];
      await runs.setState(middle, 'running', null, SAMPLE_MS + 1);
      await runs.setState(newest, 'failed', 'no key', SAMPLE_MS + 2);
      expect([...(await elsewhere.open())].sort()).toEqual([oldest, middle].sort());
      expect(await elsewhere.find(newest)).toMatchObject({
        state: 'failed',
        error: 'no key',
        finishedAtMs: SAMPLE_MS + 2,
      });
      expect(await elsewhere.find(middle)).toMatchObject({ state: 'running', finishedAtMs: null });
    });
  });
}
