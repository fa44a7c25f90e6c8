import type { DriftStore, ModelReply, NewDriftSet } from '@agon/arena';
import type { RunId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { type JudgeSetup, sampleJudging } from './sample-judging.ts';

const HOUR_MS = 3_600_000;
/** After all that samples did. */
const LATER_MS = 1_800_000_000_000;
const CHECKS = 10;

/** Calls of a judge that are asked again. */
export function driftStoreContract(
  setUp: () => Promise<
    JudgeSetup & {
      readonly drift: DriftStore;
      /** Another one on the same data, as in another process. */
      readonly driftElsewhere: DriftStore;
    }
  >,
): void {
  describe('the contract of DriftStore', () => {
    async function sample(prompts = 3) {
      const setup = await setUp();
      const judging = await sampleJudging(setup, prompts);
      const { runs, ids } = setup;
      const { campaignId, judgeId, providerId } = judging;

      /** A run that came to its end, each call read as `label`. */
      const ask = async (
        change: Parameters<typeof judging.run>[0],
        label: string,
        reply: Partial<ModelReply> = {},
        calls = judging.calls,
      ): Promise<RunId> => {
        const run = judging.run(change);
        await runs.create(run, calls);
        const leased = await runs.lease(run.id, calls.length, LATER_MS, LATER_MS + 1000);
        const settled = leased.map((call) => {
          const replied = judging.replied(call, label, reply);
          // a reading lands where a verdict of a battle was asked for
          const lands = run.kind === 'verdicts' && !call.target.includes(':');
          return lands || replied.kind !== 'reply'
            ? replied
            : { ...replied, read: { ...replied.read, reading: null } };
        });
        await runs.settle((await runs.find(run.id))!, 'parser-1', settled);
        await runs.move(run.id, ['queued'], 'done', null, LATER_MS);
        // ids of runs are in the order of their milliseconds
        await new Promise((resolve) => setTimeout(resolve, 2));
        return run.id;
      };
      const newSet = (change: Partial<NewDriftSet> = {}): NewDriftSet => ({
        id: ids.next(),
        campaignId,
        judgeId,
        model: 'judge-model',
        providerId,
        config: judging.run().config as NewDriftSet['config'],
        prices: null,
        budgetUsd: 1,
        seed: 7,
        by: null,
        createdAtMs: LATER_MS,
        ...change,
      });
      return { ...setup, ...judging, ask, newSet };
    }

    it('freezes calls of runs that are done and count, once', async () => {
      const { drift, driftElsewhere, runs, ask, newSet, battles, campaignId, judgeId } = await sample();
      expect(await drift.freeze(newSet(), 64)).toBeNull();
      const run = await ask({}, 'a', { model: 'served', fingerprint: 'fp_1' });
      await runs.setStanding(run, ['counted'], { standing: 'excluded', reason: 'a test', by: null });
      expect(await drift.freeze(newSet(), 64)).toBeNull();
      await runs.setStanding(run, ['excluded'], { standing: 'admitted', reason: null, by: null });
      const frozen = await Promise.all([
        drift.freeze(newSet(), 2),
        driftElsewhere.freeze(newSet({ seed: 8 }), 3),
      ]);
      expect(frozen[0]).not.toBeNull();
      expect(frozen[0]).toEqual(frozen[1]);
      expect(await drift.freeze(newSet(), 1)).toEqual(frozen[0]);
      const [watched] = await drift.watched({ campaignId, judgeId, model: 'judge-model' }, CHECKS);
      expect(watched).toMatchObject({ set: frozen[0]!, checks: [], repeats: { changed: 0, pairs: 0 } });
      expect(watched!.basis).toHaveLength(frozen[0]!.seed === 7 ? 2 : 3);
      for (const reading of watched!.basis) {
        expect(reading).toMatchObject({ order: 'ab', label: 'a', model: 'served', fingerprint: 'fp_1' });
        expect(battles).toContain(reading.battleId);
      }
      expect(await drift.watched({ campaignId, model: 'another' }, CHECKS)).toEqual([]);
      expect(await drift.watched({ viewer: 'all', checkedSinceMs: 0 }, CHECKS)).toEqual([]);
    });

    it('freezes nothing that was not scored, or not by this provider', async () => {
      const { drift, ask, newSet, providers, providerId, ids } = await sample();
      await ask({}, 'unparseable');
      expect(await drift.freeze(newSet(), 64)).toBeNull();
      const other = ids.next() as typeof providerId;
      await providers.add({
        ...(await providers.find(providerId))!,
        id: other,
        name: 'another',
        by: null,
        createdAtMs: 0,
      });
      await ask({}, 'a');
      expect(await drift.freeze(newSet({ providerId: other }), 64)).toBeNull();
    });

    it('knows what checks brought, and how often runs were repeated', async () => {
      const { drift, ask, newSet, battles, calls, campaignId } = await sample();
      await ask({}, 'a', {}, [...calls, { target: `repeat:${battles[0]}`, order: 'ab', repeat: 1 }]);
      const set = (await drift.freeze(newSet(), 64))!;
      const config = { ...set.config, set: set.id };
      const one = await ask({ kind: 'drift', config }, 'b', { fingerprint: 'fp_2' });
      const two = await ask({ kind: 'drift', config }, 'refused');
      const [watched] = await drift.watched({ viewer: 'all', checkedSinceMs: LATER_MS }, CHECKS);
      expect(watched!.repeats).toEqual({ changed: 0, pairs: 1 });
      expect(watched!.checks.map(({ run }) => run)).toEqual([one, two]);
      expect(watched!.checks[0]!.readings).toHaveLength(battles.length);
      expect(watched!.checks[0]!.readings[0]).toMatchObject({ label: 'b', fingerprint: 'fp_2' });
      expect(watched!.checks[1]!.readings[0]).toMatchObject({ label: 'refused' });
      const [newest] = await drift.watched({ campaignId }, 1);
      expect(newest!.checks.map(({ run }) => run)).toEqual([two]);
      expect(await drift.watched({ viewer: 'all', checkedSinceMs: LATER_MS + 1 }, CHECKS)).toEqual([]);
      // nothing of the second could be what others are held against
      await drift.rebase(set.id, two);
      expect((await drift.watched({ campaignId }, CHECKS))[0]!.checks).toHaveLength(2);
      await drift.rebase(set.id, one);
      const [moved] = await drift.watched({ campaignId }, CHECKS);
      expect(moved!.basis.map(({ label }) => label)).toEqual(battles.map(() => 'b'));
      expect(moved!.checks.map(({ run }) => run)).toEqual([two]);
    });

    it('gives a set that is due to one, once, and none whose check is under way', async () => {
      const { drift, driftElsewhere, runs, run, ask, newSet, campaignId } = await sample();
      await ask({}, 'a');
      const set = (await drift.freeze(newSet(), 64))!;
      const stores = [drift, driftElsewhere, drift, driftElsewhere];
      const claim = async (nowMs: number) =>
        (await Promise.all(stores.map((store) => store.claimDue(nowMs)))).flat();
      expect(await claim(LATER_MS)).toEqual([]);
      await drift.schedule(set.id, 6, LATER_MS);
      expect(await claim(LATER_MS - 1)).toEqual([]);
      expect(await claim(LATER_MS)).toMatchObject([
        { id: set.id, everyHours: 6, nextAtMs: LATER_MS + 6 * HOUR_MS },
      ]);
      const open = run({ kind: 'drift', config: { ...set.config, set: set.id } });
      await runs.create(open, []);
      expect(await claim(LATER_MS + 6 * HOUR_MS)).toEqual([]);
      await runs.move(open.id, ['queued'], 'failed', 'no', LATER_MS);
      expect(await claim(LATER_MS + 6 * HOUR_MS)).toHaveLength(1);
      await drift.noteStart(set.id, 'the provider is gone');
      await drift.setBudget(set.id, 3, { input: 1, cached: null, output: 2, from: 'a test' });
      expect((await drift.watched({ campaignId }, CHECKS))[0]!.set).toMatchObject({
        failure: 'the provider is gone',
        budgetUsd: 3,
        prices: { input: 1 },
        nextAtMs: LATER_MS + 12 * HOUR_MS,
      });
      await drift.schedule(set.id, null, null);
      expect(await claim(LATER_MS + 1000 * HOUR_MS)).toEqual([]);
    });
  });
}
