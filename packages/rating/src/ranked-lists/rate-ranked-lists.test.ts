import {
  type Comparison,
  DEFAULT_RATING_SETTINGS,
  type Ranking,
  type RatingSettings,
  toColumns,
} from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';
import { rateRankedLists } from './rate-ranked-lists.ts';

const SETTINGS: RatingSettings = { ...DEFAULT_RATING_SETTINGS, method: 'plackett-luce' };

const vote = fc.record({
  a: fc.nat(3),
  step: fc.integer({ min: 1, max: 3 }),
  outcome: fc.constantFrom('a', 'b', 'tie'),
  rater: fc.option(fc.nat(3), { nil: undefined }),
  prompt: fc.nat(4),
});
const votes = fc.array(vote, { minLength: 1, maxLength: 40 }).map((rows) =>
  [...rows, ...[0, 1, 2, 3].map((a) => ({ a, step: 1, outcome: 'a' as const, rater: a, prompt: a }))].map(
    ({ a, step, outcome, rater, prompt }): Comparison => ({
      modelA: `m${a}`,
      modelB: `m${(a + step) % 4}`,
      outcome,
      source: 'people',
      promptKey: `p${prompt}`,
      ...(rater === undefined ? {} : { rater: `r${rater}` }),
    }),
  ),
);

function asList({ modelA, modelB, outcome, ...row }: Comparison): Ranking {
  const places =
    outcome === 'tie' ? [[modelA, modelB]] : outcome === 'a' ? [[modelA], [modelB]] : [[modelB], [modelA]];
  return { ...row, places, unplaced: [] };
}

describe('lists of two', () => {
  it.each(['none', 'rater', 'prompt', 'rater,prompt'] as const)(
    'are Bradley–Terry, ties as halves, intervals by %s included',
    (cluster) => {
      fc.assert(
        fc.property(votes, (rows) => {
          const pairs = fitRatings(toColumns(rows), { ...DEFAULT_RATING_SETTINGS, cluster });
          const lists = rateRankedLists(rows.map(asList), { ...SETTINGS, cluster });
          expect(lists.comparisons.used).toBe(pairs.comparisons.used);
          const byName = new Map(lists.models.map((row) => [row.model, row]));
          for (const { model, rating, low, wins, losses, ties, rank } of pairs.models) {
            const own = byName.get(model)!;
            expect(own).toMatchObject({ wins, losses, ties, rank });
            expect(Math.abs(own.rating! - rating!)).toBeLessThan(1e-7);
            if (low === null) expect(own.low).toBeNull();
            else expect(Math.abs(own.low! - low)).toBeLessThan(1e-5);
          }
        }),
        { numRuns: 25 },
      );
    },
  );

  it('by the method’s name on columns are the same fit', () => {
    fc.assert(
      fc.property(votes, (rows) => {
        const [plain, named] = [DEFAULT_RATING_SETTINGS, SETTINGS].map((settings) =>
          fitRatings(toColumns(rows), settings),
        );
        expect(named!.method).toBe('plackett-luce');
        expect(named!.models).toEqual(plain!.models);
      }),
      { numRuns: 10 },
    );
  });
});

describe('what cannot be rated is named', () => {
  const list = (...models: string[]): Ranking => ({
    places: models.map((model) => [model]),
    unplaced: [],
    source: 'people',
  });

  it('a model that is always last, and islands', () => {
    const result = rateRankedLists(
      [list('x', 'y', 'last'), list('y', 'x', 'last'), list('u', 'v'), list('v', 'u')],
      SETTINGS,
    );
    expect(result.models.find(({ model }) => model === 'last')?.rating).toBeNull();
    expect(result.models.filter(({ rating }) => rating !== null)).toHaveLength(4);
    expect(result.warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['disconnected', 'separated']),
    );
    // the lists of x and y count, without the third
    expect(result.comparisons).toMatchObject({ read: 4, used: 4 });
  });

  it('no list, and weights of 0', () => {
    expect(() => rateRankedLists([], SETTINGS)).toThrow('no comparison');
    expect(() => rateRankedLists([{ ...list('x', 'y'), weight: 0 }], SETTINGS)).toThrow('no comparison');
  });
});
