import type { SquareMatrix } from '@agon/stats';
import {
  diagonalOf,
  LargestDeviations,
  largestVariance,
  MIN_VARIANCE,
  type OpenPairs,
} from './largest-deviations.ts';

export type RankSet = { readonly low: number; readonly high: number };

/** Ratings this near are level and share their rank: no variance, however small, puts one above the other. */
const ROUNDING = 1e-9;

/**
 * Best and worst rank of each model, all of them right together with probability 95 %: simultaneous intervals of the
 * differences by the largest studentised deviation over all pairs, with step-down (pairs found different are taken out
 * and the limit is computed anew; Mogstad, Romano, Shaikh and Wilhelm, 2024, Review of Economic Studies 91(1)).
 * @param theta ratings on any scale
 * @param covariance of `theta`
 * @param deviations draws of the fit's error, row by row: `draws` × models
 */
export function rankSets(
  theta: Float64Array,
  covariance: SquareMatrix,
  deviations: Float64Array,
  draws: number,
): RankSet[] {
  const m = theta.length;
  const sets = Array.from({ length: m }, () => ({ low: 1, high: m }));
  const order = (better: number, worse: number): void => {
    sets[better]!.high -= 1;
    sets[worse]!.low += 1;
  };
  const search = new LargestDeviations(covariance, deviations, draws, m);
  // No limit is above this one, and limits only fall while pairs are taken out: what it settles, the first limit would
  // settle too, and the steps end with the same pairs wherever between the two they start.
  const ceiling = search.ceiling() * (1 + 1e-9);
  const least = MIN_VARIANCE * largestVariance(covariance, m);
  const variances = diagonalOf(covariance, m);
  const pairs = (m * (m - 1)) / 2;
  let open: OpenPairs = {
    i: new Int32Array(pairs),
    j: new Int32Array(pairs),
    inverse: new Float64Array(pairs),
  };
  let count = 0;
  for (let i = 0; i < m; i += 1) {
    const own = variances[i]!;
    for (let j = 0; j < i; j += 1) {
      const variance = own + variances[j]! - 2 * covariance[i * m + j]!;
      const gap = theta[i]! - theta[j]!;
      const known = !(variance > least);
      const level = Math.abs(gap) <= ROUNDING;
      if (!known && (level || gap * gap <= ceiling * ceiling * variance)) {
        open.i[count] = i;
        open.j[count] = j;
        open.inverse[count] = 1 / Math.sqrt(variance);
        count += 1;
      } else if (level) continue;
      else if (gap > 0) order(i, j);
      else order(j, i);
    }
  }
  open = firstOf(open, count);
  for (let before = -1; before !== open.i.length && open.i.length > 0; ) {
    before = open.i.length;
    const limit = search.limit(open);
    let kept = 0;
    for (let k = 0; k < before; k += 1) {
      const i = open.i[k]!;
      const j = open.j[k]!;
      const gap = theta[i]! - theta[j]!;
      if (Math.abs(gap) <= ROUNDING || Math.abs(gap) * open.inverse[k]! <= limit) {
        open.i[kept] = i;
        open.j[kept] = j;
        open.inverse[kept] = open.inverse[k]!;
        kept += 1;
      } else if (gap > 0) order(i, j);
      else order(j, i);
    }
    open = firstOf(open, kept);
  }
  return sets;
}

function firstOf({ i, j, inverse }: OpenPairs, count: number): OpenPairs {
  return { i: i.subarray(0, count), j: j.subarray(0, count), inverse: inverse.subarray(0, count) };
}

/** LMArena's rule: 1 + how many models have a lower end above this one's upper end. */
export function upperBoundRanks(
  intervals: readonly { readonly low: number; readonly high: number }[],
): number[] {
  return intervals.map((own) => 1 + intervals.filter((other) => other.low > own.high).length);
}
