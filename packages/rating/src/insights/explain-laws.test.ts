import { type Comparison, DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';
import { explainRatings } from './explain-ratings.ts';

const NAMES = ['m0', 'm1', 'm2', 'm3', 'm4'];

/** Every pair of neighbours ties once, so that everybody can be rated. */
const votes = fc
  .array(
    fc.record({
      a: fc.integer({ min: 0, max: 4 }),
      shift: fc.integer({ min: 1, max: 4 }),
      outcome: fc.constantFrom<Comparison['outcome']>('a', 'a', 'b', 'tie'),
      rater: fc.constantFrom('r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6'),
      promptKey: fc.constantFrom('p0', 'p1', 'p2', 'p3', 'p4'),
    }),
    { minLength: 10, maxLength: 120 },
  )
  .map((drawn): Comparison[] => [
    ...drawn.map(({ a, shift, ...vote }) => ({
      ...vote,
      modelA: NAMES[a]!,
      modelB: NAMES[(a + shift) % 5]!,
      source: 'people' as const,
    })),
    ...NAMES.slice(1).map((name, at) => ({
      modelA: NAMES[at]!,
      modelB: name,
      outcome: 'tie' as const,
      source: 'people' as const,
      rater: `r${at}`,
      promptKey: `p${at}`,
    })),
  ]);
const over = fc.constantFrom(
  {},
  { interval: 'fisher' as const },
  { cluster: 'rater' as const },
  { cluster: 'prompt' as const },
  { cluster: 'rater,prompt' as const },
);

describe('laws of what the covariance says', () => {
  it('chances of two add up to 1 and are those of the better model, tiers go down with the ratings, one is first', () => {
    fc.assert(
      fc.property(votes, over, (rows, switches) => {
        const settings = { ...DEFAULT_RATING_SETTINGS, ...switches };
        const columns = toColumns(rows, NAMES);
        const { models, pairwise, tiers, pFirst, planner } = explainRatings(columns, settings)!;
        const ratings = new Map(fitRatings(columns, settings).models.map((row) => [row.model, row.rating!]));
        const gap = (i: number, j: number): number => ratings.get(models[i]!)! - ratings.get(models[j]!)!;
        expect([...models].sort()).toEqual(NAMES);
        models.forEach((_, i) => {
          models.forEach((_, j) => {
            if (i >= j) return;
            const [above, below] = [pairwise[i]![j]!, pairwise[j]![i]!];
            expect(Math.abs(above + below - 1)).toBeLessThan(1e-12);
            expect(above).toBeGreaterThanOrEqual(0.5 - 1e-12);
            expect(gap(i, j)).toBeGreaterThan(-1e-6);
          });
        });
        expect(tiers[0]).toBe(1);
        tiers.slice(1).forEach((tier, at) => {
          expect([0, 1]).toContain(tier - tiers[at]!);
        });
        // a tier begins where the one who opened the last can be told from it, and so do the chances
        for (const i of models.keys()) {
          const opener = tiers.indexOf(tiers[i]!);
          if (opener < i) expect(pairwise[opener]![i]!).toBeLessThan(0.975 + 1e-6);
          else if (i > 0) expect(pairwise[tiers.indexOf(tiers[i]! - 1)]![i]!).toBeGreaterThan(0.975 - 1e-6);
        }
        expect(Math.abs(pFirst.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(1e-9);
        planner.forEach(({ gap: told, margin, settled }, at) => {
          expect(Math.abs(told - gap(at, at + 1))).toBeLessThan(1e-6);
          expect(settled).toBe(told > margin);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('without the votes that flip the first place, and no others, it is not the leader’s any more', () => {
    let found = 0;
    fc.assert(
      fc.property(votes, (rows) => {
        const { flip } = explainRatings(toColumns(rows, NAMES), DEFAULT_RATING_SETTINGS)!;
        if (flip === null || flip.votes > 2) return;
        found += 1;
        // by refitting without each set of so many votes: some must turn the order, as those found do
        const gaps = subsets(rows.length, flip.votes).map((left) => {
          const kept = rows.filter((_, at) => !left.includes(at));
          const { models } = fitRatings(toColumns(kept, NAMES), {
            ...DEFAULT_RATING_SETTINGS,
            interval: 'none',
          });
          const ratingOf = (name: string) => models.find(({ model }) => model === name)!.rating;
          const [leader, challenger] = [ratingOf(flip.leader), ratingOf(flip.challenger)];
          return leader === null || challenger === null ? 1 : leader - challenger;
        });
        expect(gaps.some((gap) => Math.abs(gap - flip.gapAfter) < 1e-6)).toBe(true);
        expect(flip.gapAfter).toBeLessThan(1e-9);
      }),
      { numRuns: 15 },
    );
    expect(found).toBeGreaterThan(0);
  });
});

/** Every way to leave out one row, or two. */
function subsets(rows: number, size: number): number[][] {
  const ones = Array.from({ length: rows }, (_, at) => [at]);
  if (size <= 1) return size === 0 ? [[]] : ones;
  return ones.flatMap(([first]) => ones.slice(first! + 1).map(([second]) => [first!, second!]));
}
