import type { JudgeCardStore, SubjectFilter } from '@agon/arena';
import { describe, expect, it } from 'vitest';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';
import { type JudgeSetup, sampleJudging } from './sample-judging.ts';

/** What judges and people said of the same answers. */
export function judgeCardStoreContract(
  setUp: () => Promise<JudgeSetup & { readonly cards: JudgeCardStore }>,
): void {
  describe('the contract of JudgeCardStore', () => {
    it('puts votes and verdicts on the same two answers together, in the slots of one battle', async () => {
      const { cards, imports, ids, campaign } = await setUp();
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 2);
      // the same answers the other way round: somebody else voted there, and the same judge was asked
      const mirrored = bundle.battles.map((battle) => ({
        ...battle,
        key: `mirrored/${battle.key}`,
        modelA: battle.modelB,
        modelB: battle.modelA,
      }));
      const [vote] = bundle.votes;
      const [verdict] = bundle.verdicts;
      await imports.write({
        ...bundle,
        battles: [...bundle.battles, ...mirrored],
        votes: [
          ...bundle.votes,
          { ...vote!, battleKey: mirrored[0]!.key, key: 'bob', rater: 'bob', outcome: 'a' },
          // one person is one voice
          { ...vote!, battleKey: mirrored[0]!.key, key: 'again', rater: 'ann', outcome: 'tie' },
          { ...vote!, battleKey: mirrored[1]!.key, key: 'both', rater: 'bob', outcome: 'both_bad' },
        ],
        verdicts: [
          verdict!,
          { ...verdict!, battleKey: mirrored[0]!.key, outcome: 'a', shareA: 0.75 },
          { ...verdict!, battleKey: mirrored[1]!.key, judge: 'another-judge', outcome: 'b' },
        ],
      });
      const subjects = await cards.subjects(id);
      expect(subjects.map(({ name, model, origin, verdicts }) => [name, model, origin, verdicts])).toEqual([
        ['their-judge', '', 'imported', 2],
        ['another-judge', '', 'imported', 1],
      ]);
      const filter: SubjectFilter = { judgeId: subjects[0]!.judgeId, model: '', run: null };
      const found = await cards.cells(id, filter, 100);
      expect(found.of).toBe(1);
      const [cell] = found.cells;
      expect(cell).toMatchObject({ category: 'facts', turns: null, promptId: expect.any(String) });
      const isStraight = cell!.models.a === 'model-1';
      const own = (outcome: 'a' | 'b') => (isStraight === (outcome === 'a') ? 'a' : 'b');
      // ann is for model-1; bob, on the mirrored battle, for its first, which is model-2
      expect(cell!.votes.map(({ outcome }) => outcome).sort()).toEqual(['a', 'b']);
      expect(cell!.votes.every(({ weight }) => weight === 1)).toBe(true);
      const verdicts = found.verdicts.map(({ cell: place, subject, order, outcome, shareA }) => [
        place,
        subject,
        order,
        outcome,
        shareA,
      ]);
      expect(verdicts).toHaveLength(2);
      expect(verdicts).toContainEqual([0, 0, 'unknown', 'tie', 0.5]);
      expect(verdicts).toContainEqual([0, 0, 'unknown', own('b'), isStraight ? 0.25 : 0.75]);
      // without a filter the battles of every judge
      const all = await cards.cells(id, null, 100);
      expect([all.of, all.cells.length, all.verdicts.length]).toEqual([2, 2, 3]);
      expect((await cards.cells(id, null, 1)).cells).toHaveLength(1);
      expect(await cards.costs(id, filter)).toMatchObject({ replies: 0, costUsd: null, latencyMs: null });
      expect(await cards.runs(id, filter)).toEqual([]);
    });

    it('leaves out what is undone, and says nothing of nothing', async () => {
      const { cards, imports, ids, campaign } = await setUp();
      const id = await campaign();
      expect(await cards.cells(id, null, 10)).toEqual({ cells: [], subjects: [], verdicts: [], of: 0 });
      const bundle = sampleBundle(id, ids.next(), 2);
      await imports.write(bundle);
      expect(await cards.subjects(id)).toHaveLength(1);
      await imports.undo(bundle.id, SAMPLE_MS);
      expect(await cards.subjects(id)).toEqual([]);
      expect((await cards.cells(id, null, 10)).cells).toEqual([]);
    });

    it('sets shares of verdicts in their own slots, and says how many have changed', async () => {
      const { cards, imports, ids, campaign } = await setUp();
      const id = await campaign();
      const bundle = sampleBundle(id, ids.next(), 2);
      const [battle] = bundle.battles;
      const [verdict] = bundle.verdicts;
      const mirrored = { ...battle!, key: 'mirrored', modelA: battle!.modelB, modelB: battle!.modelA };
      await imports.write({
        ...bundle,
        battles: [...bundle.battles, mirrored],
        verdicts: [
          { ...verdict!, outcome: 'a' },
          { ...verdict!, battleKey: 'mirrored', outcome: 'b' },
        ],
      });
      const read = async () => (await cards.cells(id, null, 10)).verdicts;
      const before = await read();
      expect(before.map(({ isTurned }) => isTurned).sort()).toEqual([false, true]);
      const shares = before.map((each) => ({ id: each.id, shareA: each.isTurned ? 0.2 : 0.8 }));
      expect(await cards.setShares(id, shares)).toBe(2);
      // one cell, one chance
      expect((await read()).map(({ shareA }) => shareA)).toEqual([
        expect.closeTo(0.8, 12),
        expect.closeTo(0.8, 12),
      ]);
      expect(await cards.setShares(id, shares)).toBe(0);
      expect(await cards.setShares(await campaign(), shares)).toBe(0);
      expect(await cards.setShares(id, [{ ...shares[0]!, shareA: null }])).toBe(1);
      expect((await read()).filter(({ shareA }) => shareA === null)).toHaveLength(1);
    });

    it('knows the runs and costs behind verdicts, both orders, and why some are unscored', async () => {
      const setup = await setUp();
      const { runs, cards } = setup;
      const { calls, run: runOf, replied, campaignId, judgeId } = await sampleJudging(setup, 2);
      const run = runOf();
      const both = calls.flatMap((call) => [call, { ...call, order: 'ba' }]);
      await runs.create(run, both);
      const leased = await runs.lease(run.id, 4, SAMPLE_MS, SAMPLE_MS + 1000);
      const record = (await runs.find(run.id))!;
      const labels = ['a', 'b', 'tie', 'refused'];
      await runs.settle(
        record,
        'test-1',
        leased.map((call, k) =>
          replied(call, labels[k]!, { promptTokens: 100, completionTokens: 10, costUsd: 0.5, latencyMs: 20 }),
        ),
      );
      const filter = { judgeId, model: 'judge-model', run: run.id };
      const found = await cards.cells(campaignId, filter, 10);
      const said = found.verdicts.map(({ order, outcome, unscored }) => [order, outcome, unscored]);
      expect(said).toHaveLength(4);
      expect(said.filter(([, outcome]) => outcome === null)).toEqual([[expect.any(String), null, 'refused']]);
      expect(new Set(said.map(([order]) => order))).toEqual(new Set(['ab', 'ba']));
      expect(await cards.costs(campaignId, filter)).toMatchObject({
        replies: 4,
        costUsd: 2,
        promptTokens: 400,
        completionTokens: 40,
        latencyMs: 20,
      });
      expect(await cards.runs(campaignId, filter)).toMatchObject([{ run: run.id, standing: 'counted' }]);
      // replies are read where they are asked for
      expect(found.verdicts.map(({ reply }) => reply)).toEqual([null, null, null, null]);
      const whole = await cards.cells(campaignId, { ...filter, replies: true }, 10);
      expect(whole.verdicts.map(({ reply }) => reply)).toEqual(Array(4).fill('because'));
      const elsewhere = { ...filter, run: setup.ids.next() as string as typeof run.id };
      expect((await cards.cells(campaignId, elsewhere, 10)).cells).toEqual([]);
    });
  });
}
