import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { type PairTable, PairTableBuilder } from '../pairs/pair-table.ts';
import type { RatedVote } from './fit-noisy-bradley-terry.ts';
import { votesOfOthers } from './votes-of-others.ts';

const POINTS = [1, 0, 0.5] as const;

/** All fields of each cell, by its pair: the order of cells says nothing. */
function byPair(table: PairTable): Record<string, number[]> {
  const { low, high, count, wins, ties, losses, weight, points, square, squarePoints, squarePoints2 } = table;
  const fields = [count, wins, ties, losses, weight, points, square, squarePoints, squarePoints2];
  return Object.fromEntries(
    Array.from(low, (model, cell) => [`${model}-${high[cell]}`, fields.map((field) => field[cell]!)]),
  );
}

describe('everybody else’s votes', () => {
  it('are those that a table of them alone has', () => {
    const random = seededRandom('others');
    const votes = Array.from({ length: 300 }, (): RatedVote => {
      const a = random.below(6);
      const b = (a + 1 + random.below(5)) % 6;
      return { rater: random.below(9), a, b, outcome: random.below(3) as 0 | 1 | 2 };
    });
    // one pair that one rater alone has seen
    votes.push({ rater: 3, a: 7, b: 6, outcome: 0 });
    const { othersOf } = votesOfOthers(votes, 8);
    for (let rater = 0; rater < 9; rater += 1) {
      const builder = new PairTableBuilder(8);
      for (const { rater: by, a, b, outcome } of votes)
        if (by !== rater) builder.add(a, b, POINTS[outcome], 1, outcome);
      const expected = builder.build();
      const found = othersOf(votes.filter((vote) => vote.rater === rater));
      expect(byPair(found)).toEqual(byPair(expected));
      expect(found).toMatchObject({ models: 8, cells: expected.cells, plain: true });
    }
  });
});
