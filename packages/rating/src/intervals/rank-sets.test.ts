import { multiplyMatrices, normalDraws, quantile } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RankSet, rankSets } from './rank-sets.ts';

/** Every pair of every draw, anew in every step: slow, and obvious. */
function rankSlowly(theta: Float64Array, covariance: Float64Array, deviations: Float64Array, draws: number) {
  const m = theta.length;
  const sets = Array.from(theta, (): RankSet => ({ low: 1, high: m }));
  let open: { i: number; j: number; se: number }[] = [];
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const variance = covariance[i * m + i]! + covariance[j * m + j]! - 2 * covariance[i * m + j]!;
      open.push({ i, j, se: Math.sqrt(variance) });
    }
  }
  for (;;) {
    const largest = Float64Array.from({ length: draws }, (_, draw) =>
      Math.max(
        ...open.map(({ i, j, se }) => Math.abs(deviations[draw * m + i]! - deviations[draw * m + j]!) / se),
      ),
    );
    const limit = quantile(largest, 0.95);
    const settled = open.filter(({ i, j, se }) => Math.abs(theta[i]! - theta[j]!) / se > limit);
    for (const { i, j } of settled) {
      const [better, worse] = theta[i]! > theta[j]! ? [i, j] : [j, i];
      sets[better] = { ...sets[better]!, high: sets[better]!.high - 1 };
      sets[worse] = { ...sets[worse]!, low: sets[worse]!.low + 1 };
    }
    open = open.filter((pair) => !settled.includes(pair));
    if (settled.length === 0 || open.length === 0) return sets;
  }
}

function transpose(matrix: Float64Array, m: number): Float64Array {
  return matrix.map((_, at) => matrix[(at % m) * m + Math.floor(at / m)]!);
}

describe('rank sets', () => {
  it('are those of the search over every pair', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.nat(),
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        fc.constantFrom(0, 0.5, 3),
        fc.integer({ min: 2, max: 90 }),
        (m, seed, spread, shared, draws) => {
          // unequal scales, and a common part that makes differences far smaller than the ratings' own errors
          const scale = normalDraws(`scale/${seed}`, m).map((x) => 0.2 + Math.abs(x));
          const noise = normalDraws(`noise/${seed}`, draws * (m + 1));
          const deviations = new Float64Array(draws * m);
          for (let draw = 0; draw < draws; draw += 1) {
            for (let i = 0; i < m; i += 1) {
              deviations[draw * m + i] =
                scale[i]! * noise[draw * (m + 1) + i]! + shared * noise[draw * (m + 1) + m]!;
            }
          }
          const covariance = new Float64Array(m * m).fill(shared * shared);
          for (let i = 0; i < m; i += 1) covariance[i * m + i]! += scale[i]! ** 2;
          const theta = normalDraws(`theta/${seed}`, m).map((x) => spread * x);
          expect(rankSets(theta, covariance, deviations, draws)).toEqual(
            rankSlowly(theta, covariance, deviations, draws),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('move with their models when these are numbered otherwise, hold their places, and care for no shift', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { minLength: 2, maxLength: 9 }),
        fc.nat(),
        fc.constantFrom(0.3, 1, 4),
        (order, seed, spread) => {
          const m = order.length;
          const moved = order.map((_, i) => i).sort((x, y) => order[x]! - order[y]! || x - y);
          const noise = normalDraws(`moved/${seed}`, 60 * m);
          const mix = normalDraws(`moved/${seed}/mix`, m * m);
          const deviations = new Float64Array(60 * m);
          for (let draw = 0; draw < 60; draw += 1)
            for (let i = 0; i < m; i += 1)
              for (let k = 0; k < m; k += 1)
                deviations[draw * m + i]! += mix[i * m + k]! * noise[draw * m + k]!;
          const covariance = multiplyMatrices(mix, transpose(mix, m), m);
          const theta = normalDraws(`moved/${seed}/theta`, m).map((x) => spread * x);
          const sets = rankSets(theta, covariance, deviations, 60);
          const renumbered = rankSets(
            Float64Array.from(moved, (i) => theta[i]! + 7),
            Float64Array.from(moved.flatMap((i) => moved.map((j) => covariance[i * m + j]!))),
            Float64Array.from({ length: 60 * m }, (_, at) => deviations[at - (at % m) + moved[at % m]!]!),
            60,
          );
          expect(renumbered).toEqual(moved.map((i) => sets[i]));
          theta.forEach((own, i) => {
            const rank = 1 + theta.filter((other) => other > own).length;
            expect(sets[i]!.low <= rank && rank <= sets[i]!.high).toBe(true);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('puts none of two level models above the other, even where the covariance is nothing but rounding', () => {
    const theta = Float64Array.from([0.2, 0.2 + 1e-15, -0.4]);
    const covariance = Float64Array.from([3e-33, 0, 0, 0, 2e-33, 0, 0, 0, 1e-33]);
    const deviations = normalDraws('level', 300).map((x) => 1e-17 * x);
    expect(rankSets(theta, covariance, deviations, 100)).toEqual([
      { low: 1, high: 2 },
      { low: 1, high: 2 },
      { low: 3, high: 3 },
    ]);
  });
});
