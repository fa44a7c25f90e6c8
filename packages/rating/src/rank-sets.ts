import { quantile, type SquareMatrix } from '@agon/stats';

export type RankSet = { readonly low: number; readonly high: number };

const LEVEL = 0.95;
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
  let open: Pair[] = [];
  const sets = Array.from({ length: m }, () => ({ low: 1, high: m }));
  const order = (better: number, worse: number): void => {
    sets[better]!.high -= 1;
    sets[worse]!.low += 1;
  };
  const spread = largestVariance(covariance, m);
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const variance = covariance[i * m + i]! + covariance[j * m + j]! - 2 * covariance[i * m + j]!;
      const gap = theta[i]! - theta[j]!;
      // no variance at all: the difference is known, to rounding
      if (variance > 1e-12 * spread) open.push({ i, j, gap, inverse: 1 / Math.sqrt(variance) });
      else if (gap > ROUNDING) order(i, j);
      else if (gap < -ROUNDING) order(j, i);
    }
  }
  for (let before = -1; before !== open.length && open.length > 0; ) {
    before = open.length;
    const limit = quantile(largestDeviations(open, deviations, draws, m), LEVEL);
    open = open.filter(({ i, j, gap, inverse }) => {
      if (Math.abs(gap) * inverse <= limit) return true;
      if (gap > 0) order(i, j);
      else order(j, i);
      return false;
    });
  }
  return sets;
}

/** `inverse`: 1 / standard error of the difference. */
type Pair = { readonly i: number; readonly j: number; readonly gap: number; readonly inverse: number };

function largestDeviations(
  pairs: readonly Pair[],
  deviations: Float64Array,
  draws: number,
  m: number,
): Float64Array {
  const largest = new Float64Array(draws);
  const first = Int32Array.from(pairs, (pair) => pair.i);
  const second = Int32Array.from(pairs, (pair) => pair.j);
  const inverse = Float64Array.from(pairs, (pair) => pair.inverse);
  for (let draw = 0; draw < draws; draw += 1) {
    const row = draw * m;
    let max = 0;
    for (let k = 0; k < first.length; k += 1) {
      const size = Math.abs(deviations[row + first[k]!]! - deviations[row + second[k]!]!) * inverse[k]!;
      if (size > max) max = size;
    }
    largest[draw] = max;
  }
  return largest;
}

function largestVariance(covariance: SquareMatrix, m: number): number {
  let largest = 0;
  for (let i = 0; i < m; i += 1) largest = Math.max(largest, covariance[i * m + i]!);
  return largest;
}

/** LMArena's rule: 1 + how many models have a lower end above this one's upper end. */
export function upperBoundRanks(
  intervals: readonly { readonly low: number; readonly high: number }[],
): number[] {
  return intervals.map((own) => 1 + intervals.filter((other) => other.low > own.high).length);
}
