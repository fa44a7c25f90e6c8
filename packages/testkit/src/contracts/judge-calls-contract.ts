import type { LeasedCall } from '@agon/arena';
import { describe, expect, it } from 'vitest';
import { SAMPLE_MS } from './sample-bundle.ts';
import { type JudgeSetup, sampleJudging } from './sample-judging.ts';

const UNTIL_MS = SAMPLE_MS + 1000;

/** The calls of a run: the truth about what is pending, whoever works on it. */
export function judgeCallsContract(setUp: () => Promise<JudgeSetup>): void {
  /** A run of `prompts` calls. */
  const begin = async (prompts: number) => {
    const setup = await setUp();
    const judging = await sampleJudging(setup, prompts);
    const run = judging.run();
    await setup.runs.create(run, judging.calls);
    const record = (await setup.runs.find(run.id))!;
    return { ...setup, ...judging, id: run.id, record };
  };
  const idsOf = (calls: readonly LeasedCall[]) => calls.map(({ id }) => id).sort((x, y) => x - y);

  describe('the contract of JudgeStore: calls', () => {
    it('leases each call to one worker, however many ask at once and wherever', async () => {
      const { runs, elsewhere, id, battles } = await begin(12);
      const leased = await Promise.all(
        [runs, elsewhere, runs, elsewhere, runs, elsewhere].map((each) =>
          each.lease(id, 2, SAMPLE_MS, UNTIL_MS),
        ),
      );
      const all = leased.flat();
      expect(all).toHaveLength(12);
      expect(all.map(({ battleId }) => battleId).sort()).toEqual([...battles].sort());
      expect(all[0]).toMatchObject({ order: 'ab', repeat: 1, attempts: 1, turns: null });
      expect(all[0]!.answers.a).not.toBe(all[0]!.answers.b);
    });

    it('takes a lease back when it has run out, and not before', async () => {
      const { runs, elsewhere, id } = await begin(3);
      const lost = await runs.lease(id, 2, SAMPLE_MS, UNTIL_MS);
      const free = await elsewhere.lease(id, 9, UNTIL_MS - 1, UNTIL_MS + 1000);
      expect(free).toHaveLength(1);
      expect(idsOf(lost)).not.toContain(free[0]!.id);
      const again = await elsewhere.lease(id, 9, UNTIL_MS, UNTIL_MS + 1000);
      expect(idsOf(again)).toEqual(idsOf(lost));
      expect(again.map(({ attempts }) => attempts)).toEqual([2, 2]);
    });

    it('keeps a call that was given back until its time', async () => {
      const { runs, elsewhere, id } = await begin(1);
      const [call] = await runs.lease(id, 1, SAMPLE_MS, UNTIL_MS);
      await runs.release(call!, 'asked too often', SAMPLE_MS + 500);
      expect((await runs.counts(id)).errors).toEqual([
        { reason: expect.any(String), count: 1, example: 'asked too often' },
      ]);
      expect(await elsewhere.lease(id, 1, SAMPLE_MS + 499, UNTIL_MS)).toEqual([]);
      const again = await elsewhere.lease(id, 1, SAMPLE_MS + 500, UNTIL_MS);
      expect(again).toEqual([{ ...call, attempts: 2 }]);
    });

    it('does not give back a call that another worker has taken over', async () => {
      const { runs, elsewhere, id } = await begin(1);
      const [lost] = await runs.lease(id, 1, SAMPLE_MS, UNTIL_MS);
      const [taken] = await elsewhere.lease(id, 1, UNTIL_MS, UNTIL_MS + 1000);
      await runs.release(lost!, 'the worker stopped', UNTIL_MS);
      expect(await runs.lease(id, 1, UNTIL_MS + 1, UNTIL_MS + 2000)).toEqual([]);
      await elsewhere.release(taken!, 'asked too often', UNTIL_MS + 2);
      expect(await runs.lease(id, 1, UNTIL_MS + 2, UNTIL_MS + 2000)).toEqual([{ ...lost!, attempts: 3 }]);
    });

    it('stores one verdict a call, and never opens the call again', async () => {
      const { runs, elsewhere, id, record, verdict } = await begin(1);
      const [call] = await runs.lease(id, 1, SAMPLE_MS, UNTIL_MS);
      await Promise.all([
        runs.complete(record, call!, verdict({ outcome: 'a' })),
        elsewhere.complete(record, call!, verdict({ outcome: 'a' })),
      ]);
      await elsewhere.complete(record, call!, verdict({ outcome: 'b' }));
      await runs.release(call!, 'too late', SAMPLE_MS);
      expect(await elsewhere.lease(id, 1, UNTIL_MS + 1, UNTIL_MS + 2)).toEqual([]);
      expect(await runs.counts(id)).toMatchObject({ total: 1, pending: 0, outcomes: { a: 1 }, errors: [] });
    });

    it('leaves a call open whose verdict could not be stored', async () => {
      const { runs, id, record, verdict } = await begin(2);
      const [first, second] = await runs.lease(id, 2, SAMPLE_MS, UNTIL_MS);
      const stored = verdict();
      await runs.complete(record, first!, stored);
      // the same id again
      await expect(runs.complete(record, second!, stored)).rejects.toThrow();
      expect(await runs.counts(id)).toMatchObject({ pending: 1, outcomes: { a: 1 } });
      expect(idsOf(await runs.lease(id, 2, UNTIL_MS, UNTIL_MS + 1))).toEqual([second!.id]);
    });

    it('puts a scored verdict in the place of an unscored one, and not the other way round', async () => {
      const { runs, id, record, verdict, calls, run: runOf } = await begin(1);
      const [call] = await runs.lease(id, 1, SAMPLE_MS, UNTIL_MS);
      const unscored = () => verdict({ outcome: null, unscored: 'refused', raw: 'no' });
      await runs.complete(record, call!, unscored());
      expect(await runs.counts(id)).toMatchObject({
        outcomes: {},
        unscored: { refused: 1 },
        ordered: [],
        errors: [{ reason: 'refused', count: 1, example: 'no' }],
      });
      const second = runOf();
      expect(await runs.create(second, calls)).toBe(1);
      const [again] = await runs.lease(second.id, 1, SAMPLE_MS, UNTIL_MS);
      const secondRecord = (await runs.find(second.id))!;
      await runs.complete(secondRecord, again!, verdict({ outcome: 'tie' }));
      await runs.complete(secondRecord, again!, unscored());
      expect(await runs.counts(second.id)).toMatchObject({ outcomes: { tie: 1 }, unscored: {} });
      expect(await runs.create(runOf(), calls)).toBe(0);
    });

    it('counts what was asked, answered and paid', async () => {
      const { runs, id, record, verdict, battles } = await begin(3);
      expect(await runs.counts(id)).toMatchObject({
        battles: 3,
        total: 3,
        pending: 3,
        sent: 0,
        costUsd: null,
      });
      const leased = await runs.lease(id, 2, SAMPLE_MS, UNTIL_MS);
      const said = { promptTokens: 100, cachedTokens: 60, completionTokens: 7, costUsd: 0.25, retried: 2 };
      await runs.complete(record, leased[0]!, verdict(said));
      await runs.complete(record, leased[1]!, verdict({ outcome: 'b' }));
      const counts = await runs.counts(id);
      expect(counts).toMatchObject({
        battles: 3,
        total: 3,
        pending: 1,
        sent: 2,
        retried: 2,
        outcomes: { a: 1, b: 1 },
        unscored: {},
        promptTokens: 100,
        cachedTokens: 60,
        completionTokens: 7,
        costUsd: 0.25,
        errors: [],
      });
      expect(counts.ordered).toHaveLength(2);
      for (const { battle } of counts.ordered) expect(battles).toContain(battle);
    });
  });
}
