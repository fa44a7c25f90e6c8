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
  const sets = Array.from({ length: m }, () => ({ low: 1, high: m }));
  const order = (better: number, worse: number): void => {
    sets[better]!.high -= 1;
    sets[worse]!.low += 1;
  };
  const spread = largestVariance(covariance, m);
  // 1 / standard error of a difference that is still open, both ways; 0 where it is settled
  const inverse = new Float64Array(m * m);
  let open = 0;
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const variance = covariance[i * m + i]! + covariance[j * m + j]! - 2 * covariance[i * m + j]!;
      const gap = theta[i]! - theta[j]!;
      // no variance at all: the difference is known, to rounding
      if (variance > 1e-12 * spread) {
        inverse[i * m + j] = 1 / Math.sqrt(variance);
        inverse[j * m + i] = inverse[i * m + j]!;
        open += 1;
      } else if (gap > ROUNDING) order(i, j);
      else if (gap < -ROUNDING) order(j, i);
    }
  }
  const search = new LargestDeviations(covariance, deviations, draws, m);
  for (let before = -1; before !== open && open > 0; ) {
    before = open;
    const limit = quantile(search.over(inverse), LEVEL);
    for (let i = 0; i < m; i += 1) {
      for (let j = 0; j < i; j += 1) {
        const gap = theta[i]! - theta[j]!;
        if (Math.abs(gap) * inverse[i * m + j]! <= limit) continue;
        if (gap > 0) order(i, j);
        else order(j, i);
        inverse[i * m + j] = 0;
        inverse[j * m + i] = 0;
        open -= 1;
      }
    }
  }
  return sets;
}

/**
 * For each draw the largest |z_i − z_j| / se_ij over the open pairs. Most pairs need no look: with s_i any scale of
 * z_i, |z_i − z_j| ≤ |z_i| + |z_j| ≤ √(z_i²/s_i² + z_j²/s_j²) · √(s_i² + s_j²) (Cauchy and Schwarz), so a pair can only
 * be the largest where its two models deviate far.
 */
class LargestDeviations {
  readonly #m: number;
  readonly #draws: number;
  readonly #deviations: Float64Array;
  /** z_i² / s_i², draw by draw. */
  readonly #squares: Float64Array;
  readonly #variances: Float64Array;
  readonly #largest: Float64Array;
  /** Which pair is the largest, i m + j; -1 before the first search. */
  readonly #pairs: Int32Array;

  constructor(covariance: SquareMatrix, deviations: Float64Array, draws: number, m: number) {
    this.#m = m;
    this.#draws = draws;
    this.#deviations = deviations;
    const least = Math.max(1e-9 * largestVariance(covariance, m), Number.MIN_VALUE);
    this.#variances = Float64Array.from({ length: m }, (_, i) => Math.max(least, covariance[i * m + i]!));
    this.#squares = new Float64Array(draws * m);
    this.#largest = new Float64Array(draws);
    this.#pairs = new Int32Array(draws).fill(-1);
    for (let draw = 0; draw < draws; draw += 1) {
      const row = draw * m;
      for (let i = 0; i < m; i += 1) {
        this.#squares[row + i] = deviations[row + i]! ** 2 / this.#variances[i]!;
      }
    }
  }

  /** `inverse`: 1 / se_ij of the open pairs, 0 of the others; symmetric. Pairs may only close from call to call. */
  over(inverse: Float64Array): Float64Array {
    const reach = this.#reach(inverse);
    const m = this.#m;
    for (let draw = 0; draw < this.#draws; draw += 1) {
      // while the pair with the largest deviation stays open, it stays the largest
      const pair = this.#pairs[draw]!;
      if (pair < 0 || inverse[pair] === 0) this.#search(draw, inverse, reach, m);
    }
    return this.#largest;
  }

  /** For each model max over its open pairs of (s_i² + s_j²) / se_ij². */
  #reach(inverse: Float64Array): Float64Array {
    const m = this.#m;
    const reach = new Float64Array(m);
    for (let i = 0; i < m; i += 1) {
      let largest = 0;
      for (let j = 0; j < m; j += 1) {
        const ratio = (this.#variances[i]! + this.#variances[j]!) * inverse[i * m + j]! ** 2;
        if (ratio > largest) largest = ratio;
      }
      // a hair wider, so that rounding never hides a pair
      reach[i] = largest * (1 + 1e-9);
    }
    return reach;
  }

  #search(draw: number, inverse: Float64Array, reach: Float64Array, m: number): void {
    const row = draw * m;
    const squares = this.#squares;
    let far = 0;
    for (let i = 1; i < m; i += 1) {
      if (squares[row + i]! * reach[i]! > squares[row + far]! * reach[far]!) far = i;
    }
    this.#largest[draw] = 0;
    this.#searchWith(draw, far, inverse, Number.POSITIVE_INFINITY);
    for (let i = 0; i < m; i += 1) {
      // a pair's squared deviation is at most (q_i + q_j) r, so twice the larger of q_i r_i and q_j r_j
      const best = this.#largest[draw]!;
      if (i === far || 2 * squares[row + i]! * reach[i]! <= best * best) continue;
      this.#searchWith(draw, i, inverse, reach[i]!);
    }
  }

  #searchWith(draw: number, i: number, inverse: Float64Array, reach: number): void {
    const m = this.#m;
    const row = draw * m;
    const deviations = this.#deviations;
    const squares = this.#squares;
    const own = deviations[row + i]!;
    let best = this.#largest[draw]!;
    const least = (best * best) / reach - squares[row + i]!;
    for (let j = 0; j < m; j += 1) {
      if (squares[row + j]! < least) continue;
      const size = Math.abs(own - deviations[row + j]!) * inverse[i * m + j]!;
      if (size > best) {
        best = size;
        this.#pairs[draw] = i * m + j;
      }
    }
    this.#largest[draw] = best;
  }
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
