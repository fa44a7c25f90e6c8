import type { BoardFits, BoardQuestion } from '@agon/arena';
import { boardQuerySchema } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { AT, bundleOf, importedModel, makeContest, type TwoArenas } from './contest.ts';

type Setup = TwoArenas & {
  readonly fits: BoardFits;
  /** The same, worked out here and now. */
  readonly twin: BoardFits;
};

const query = boardQuerySchema.parse({});
const TOLD = { promptKey: 'elsewhere', turns: 1, category: 'writing', language: 'en' };
const QUESTIONS: readonly BoardQuestion[] = [
  { kind: 'board', query },
  { kind: 'board', query: { ...query, source: 'judges', cluster: 'none', ties: 'drop' } },
  { kind: 'board', query: { ...query, method: 'contextual', category: 'writing' } },
  { kind: 'categories', query },
  { kind: 'model', query, model: 'crane' },
  { kind: 'unified', query, pairs: true },
];

export function boardFitsContract(setUp: () => Setup): void {
  async function start() {
    const setup = setUp();
    const contest = await makeContest(setup);
    const votes = async () =>
      (await setup.fits.ask(contest.id, { kind: 'board', query }, 'exact')).answer.counts.votes;
    return { ...setup, contest, votes };
  }

  describe('the contract of BoardFits', () => {
    it('answers every question as it is worked out in one place', async () => {
      const { here, contest, fits, twin } = await start();
      for (const outcome of ['a', 'b', 'tie'] as const) await contest.cast(contest.battle(0), outcome);
      await contest.cast(contest.battle(1, ['heron', 'stork']), 'both_bad');
      await here.imports.write(
        bundleOf(contest.id, here.ids, {
          models: ['crane', 'heron'].map(importedModel),
          battles: [{ ...TOLD, key: 'told', modelA: 'heron', modelB: 'crane' }],
          verdicts: [
            { battleKey: 'told', judge: 'owl', outcome: 'a', shareA: 0.75, atMs: AT },
            { battleKey: 'told', judge: 'owl', outcome: 'b', shareA: null, atMs: AT },
          ],
        }),
      );
      for (const question of QUESTIONS) {
        const { answer } = await fits.ask(contest.id, question, 'exact');
        expect(answer).toEqual((await twin.ask(contest.id, question, 'exact')).answer);
      }
    });

    it('knows what was committed before the question, wherever it was', async () => {
      const { elsewhere, contest, fits, votes } = await start();
      expect(await votes()).toBe(0);
      const battle = contest.battle(0);
      const vote = await contest.cast(battle, 'a');
      const several = await Promise.all([votes(), votes(), votes()]);
      expect(several).toEqual([1, 1, 1]);
      await elsewhere.votes.undo(vote.id, AT + 1);
      expect(await votes()).toBe(0);
      const { answer } = await fits.ask(contest.id, { kind: 'board', query }, 'latest');
      expect(answer.counts).toMatchObject({ votes: 0, excluded: [{ count: 1 }] });
    });

    it('says when it looked, not before', async () => {
      const { contest, fits } = await start();
      const beforeMs = Date.now();
      const { asOfMs } = await fits.ask(contest.id, { kind: 'board', query }, 'exact');
      expect(asOfMs).toBeGreaterThanOrEqual(beforeMs);
      expect(asOfMs).toBeLessThanOrEqual(Date.now());
    });

    it('refuses switches that cannot be read', async () => {
      const { contest, fits } = await start();
      const question = { kind: 'board', query: { ...query, anchor: 'nothing' } } as const;
      await expect(fits.ask(contest.id, question, 'exact')).rejects.toMatchObject({
        code: 'invalid_request',
        kind: 'rejected',
        hint: expect.stringMatching(/mean=1000/),
      });
    });
  });
}
