import { describe, expect, it } from 'vitest';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';
import { type JudgeSetup, SAMPLE_JUDGE, sampleJudging } from './sample-judging.ts';

/** Judges, and what they are asked about. */
export function judgeStoreContract(setUp: () => Promise<JudgeSetup>): void {
  describe('the contract of JudgeStore', () => {
    it('stores a judge once, wherever it is kept', async () => {
      const { judgeStore, judgeStoreElsewhere } = await setUp();
      const kept = await Promise.all(
        [judgeStore, judgeStoreElsewhere, judgeStore].map((each) => each.keep(SAMPLE_JUDGE)),
      );
      expect(new Set(kept).size).toBe(1);
      expect(await judgeStore.keep({ ...SAMPLE_JUDGE, identity: 'sample@2' })).not.toBe(kept[0]);
    });

    it('numbers versions from 1, whoever saves them at once, and saves none that is there', async () => {
      const { judgeStore, judgeStoreElsewhere } = await setUp();
      const version = (i: number) => ({
        ...SAMPLE_JUDGE,
        id: 'own',
        identity: `own@${i}`,
        source: `text ${i}`,
      });
      const saved = await Promise.all(
        [1, 2, 3, 4, 2].map((i, n) =>
          (n % 2 === 0 ? judgeStore : judgeStoreElsewhere).saveVersion(version(i), null, SAMPLE_MS),
        ),
      );
      expect(saved.filter(Boolean)).toHaveLength(4);
      const versions = await judgeStore.versions('own');
      expect(versions.map((each) => each.version)).toEqual([4, 3, 2, 1]);
      expect(new Set(versions.map(({ source }) => source)).size).toBe(4);
      expect(await judgeStore.saveVersion(version(1), null, SAMPLE_MS)).toBe(false);
      expect((await judgeStore.newestOwn()).filter(({ name }) => name === 'own')).toEqual([versions[0]]);
      const first = (await judgeStore.byIdentity('own@1'))!;
      expect(first).toMatchObject({ origin: 'own', by: null, author: null, createdAtMs: SAMPLE_MS, runs: 0 });
      expect(await judgeStore.byIdentity('own@9')).toBeNull();
      expect(await judgeStore.idOf('own@9')).toBeNull();
      expect(await judgeStore.idOf('own@1')).toMatch(/^[0-9a-f-]{36}$/);
      // archived with all its versions; a new version takes it back
      const archived = async () =>
        (await judgeStoreElsewhere.versions('own')).map((each) => each.archivedAtMs);
      expect(await judgeStore.setArchived('own', SAMPLE_MS)).toBe(true);
      expect(await archived()).toEqual([SAMPLE_MS, SAMPLE_MS, SAMPLE_MS, SAMPLE_MS]);
      expect(await judgeStore.setArchived('own', null)).toBe(true);
      expect(await archived()).toEqual([null, null, null, null]);
      await judgeStore.setArchived('own', SAMPLE_MS);
      expect(await judgeStore.saveVersion(version(5), null, SAMPLE_MS)).toBe(true);
      expect(await archived()).toEqual([null, null, null, null, null]);
      for (const name of ['nobody', SAMPLE_JUDGE.id])
        expect(await judgeStore.setArchived(name, SAMPLE_MS)).toBe(false);
      // one that came with Agon has no number
      await judgeStore.keep(SAMPLE_JUDGE);
      expect(await judgeStore.versions(SAMPLE_JUDGE.id)).toMatchObject([
        { version: null, origin: 'built_in' },
      ]);
    });

    it('finds one battle for each prompt, pair and turn, voted ones first, in the order of the seed', async () => {
      const { judgeStore, imports, ids, campaign } = await setUp();
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
      const all = await judgeStore.battlesToJudge(id, 1, null);
      expect(new Set(all).size).toBe(8);
      expect(all).toHaveLength(8);
      expect(await judgeStore.battlesToJudge(id, 1, null)).toEqual(all);
      expect(await judgeStore.battlesToJudge(id, 1, 3)).toEqual(all.slice(0, 3));
      const orders = await Promise.all([2, 3, 4, 5].map((seed) => judgeStore.battlesToJudge(id, seed, null)));
      // two voted and six others: two orders are the same once in 2! × 6! = 1440, all five never
      expect(new Set([all, ...orders].map((order) => order.join())).size).toBeGreaterThan(1);
      for (const order of orders) {
        expect(order.slice(0, 2).sort()).toEqual(all.slice(0, 2).sort());
        expect([...order].sort()).toEqual([...all].sort());
      }
    });

    it('finds no battle without both answers, and none of an undone import', async () => {
      const { judgeStore, imports, ids, campaign } = await setUp();
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 2);
      const answers = bundle.answers.filter(
        ({ promptKey, model }) => promptKey === 'prompt-1' || model === 'model-1',
      );
      await imports.write({ ...bundle, answers });
      expect(await judgeStore.battlesToJudge(id, 1, null)).toHaveLength(1);
      await imports.undo(bundle.id, SAMPLE_MS);
      expect(await judgeStore.battlesToJudge(id, 1, null)).toEqual([]);
    });

    it('knows what a judge has scored with a model, and not what it left unscored', async () => {
      const setup = await setUp();
      const { runs, judgeStore } = setup;
      const { calls, run: runOf, replied, campaignId, judgeId } = await sampleJudging(setup, 3);
      const run = runOf();
      await runs.create(run, calls);
      const leased = await runs.lease(run.id, 2, SAMPLE_MS, SAMPLE_MS + 1000);
      const record = (await runs.find(run.id))!;
      await runs.settle(record, 'test-1', [replied(leased[0]!, 'tie'), replied(leased[1]!, 'refused')]);
      expect(await judgeStore.scored(campaignId, judgeId, 'judge-model')).toEqual([
        { battleId: leased[0]!.target, order: 'ab', repeat: 1 },
      ]);
      expect(await judgeStore.scored(campaignId, judgeId, 'other-model')).toEqual([]);
    });
  });
}
