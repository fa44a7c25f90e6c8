import { quantile, type SquareMatrix } from '@agon/stats';

const LEVEL = 0.95;

/** Pairs of models i > j, with 1 / the standard error of their difference. */
export type OpenPairs = {
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly inverse: Float64Array;
};

/**
 * For draws z of the ratings' error, the 95th percentile of the largest |z_i − z_j| / se_ij over the open pairs. Only
 * the largest twentieth of the draws decides it, and in a draw only models that deviate far: with s_i any scale of z_i
 * and r_i = max over j of (s_i² + s_j²) / se_ij², a pair's squared deviation is at most
 * (z_i²/s_i² + z_j²/s_j²)(s_i² + s_j²) / se_ij² ≤ r_i z_i²/s_i² + r_j z_j²/s_j² (Cauchy and Schwarz), and where both
 * deviate to the same side at most the larger of the two terms. What is skipped could not have been the largest, so the
 * percentile is that of a search over all pairs of all draws.
 */
export class LargestDeviations {
  readonly #m: number;
  readonly #draws: number;
  readonly #deviations: Float64Array;
  readonly #covariance: SquareMatrix;
  /** s_i². */
  readonly #scale: Float64Array;
  /** For each draw a bound on its largest deviation; the deviation itself where its pair is known. */
  readonly #bounds: Float64Array;
  /** The largest pair of each draw, i m + j; -1 where it is not known. */
  readonly #pairs: Int32Array;

  constructor(covariance: SquareMatrix, deviations: Float64Array, draws: number, m: number) {
    this.#m = m;
    this.#draws = draws;
    this.#deviations = deviations;
    this.#covariance = covariance;
    const least = Math.max(1e-9 * largestVariance(covariance, m), Number.MIN_VALUE);
    this.#scale = diagonalOf(covariance, m).map((variance) => Math.max(least, variance));
    this.#bounds = new Float64Array(draws);
    this.#pairs = new Int32Array(draws).fill(-1);
  }

  /** No limit over any pairs is higher. */
  ceiling(): number {
    const m = this.#m;
    const reach = this.#reachOfAll();
    const deviations = this.#deviations;
    for (let draw = 0; draw < this.#draws; draw += 1) {
      const row = draw * m;
      let above = 0;
      let below = 0;
      for (let i = 0; i < m; i += 1) {
        const value = deviations[row + i]!;
        const size = value * Math.abs(value) * reach[i]!;
        // new extremes are rare, so these branches are foreseen; one on the sign would not be
        if (size > above) above = size;
        else if (size < below) below = size;
      }
      this.#bounds[draw] = Math.sqrt(above - below);
    }
    return quantile(this.#bounds, LEVEL);
  }

  /** Pairs may only close from call to call. */
  limit(open: OpenPairs): number {
    const { neighbours, reach } = this.#prepare(open);
    const isOpen = new Uint8Array(this.#m * this.#m);
    for (let k = 0; k < open.i.length; k += 1) isOpen[open.i[k]! * this.#m + open.j[k]!] = 1;
    const place = LEVEL * (this.#draws - 1);
    const below = Math.floor(place);
    const largest = new LargestValues(this.#draws - below);
    for (let draw = 0; draw < this.#draws; draw += 1) {
      // while the pair with the largest deviation stays open, it stays the largest
      if (this.#pairs[draw]! >= 0 && isOpen[this.#pairs[draw]!] === 1) largest.add(this.#bounds[draw]!);
      else this.#pairs[draw] = -1;
    }
    for (let draw = 0; draw < this.#draws; draw += 1) {
      if (this.#pairs[draw]! >= 0 || this.#bounds[draw]! <= largest.least) continue;
      this.#search(draw, neighbours, reach, largest.least);
      if (this.#pairs[draw]! >= 0) largest.add(this.#bounds[draw]!);
    }
    // as `quantile` does with all of them
    const [low, next] = largest.lowest();
    return low + (place - below) * (next - low);
  }

  /** Finds the draw's largest pair if it is above `least`; otherwise `least` is the new bound. */
  #search(draw: number, { from, other, inverse }: Neighbours, reach: Float64Array, least: number): void {
    const m = this.#m;
    const row = draw * m;
    const deviations = this.#deviations;
    let best = least;
    let enough = (best * best) / 2;
    let pair = -1;
    for (let i = 0; i < m; i += 1) {
      const own = deviations[row + i]!;
      // of the two models of a pair one has the larger term: it is enough to look from there
      if (own * own * reach[i]! <= enough) continue;
      for (let k = from[i]!; k < from[i + 1]!; k += 1) {
        const size = Math.abs(own - deviations[row + other[k]!]!) * inverse[k]!;
        if (size <= best) continue;
        best = size;
        pair = i > other[k]! ? i * m + other[k]! : other[k]! * m + i;
      }
      enough = (best * best) / 2;
    }
    this.#bounds[draw] = best;
    this.#pairs[draw] = pair;
  }

  /** Each model's open pairs side by side, and r_i / s_i² over them. */
  #prepare({ i, j, inverse }: OpenPairs): { neighbours: Neighbours; reach: Float64Array } {
    const m = this.#m;
    const from = new Int32Array(m + 1);
    for (let k = 0; k < i.length; k += 1) {
      from[i[k]! + 1]! += 1;
      from[j[k]! + 1]! += 1;
    }
    for (let at = 0; at < m; at += 1) from[at + 1]! += from[at]!;
    const next = from.slice();
    const neighbours = { from, other: new Int32Array(from[m]!), inverse: new Float64Array(from[m]!) };
    const reach = new Float64Array(m);
    const add = (own: number, other: number, factor: number): void => {
      neighbours.other[next[own]!] = other;
      neighbours.inverse[next[own]!] = factor;
      next[own]! += 1;
      const ratio = (this.#scale[own]! + this.#scale[other]!) * factor * factor;
      if (ratio > reach[own]!) reach[own] = ratio;
    };
    for (let k = 0; k < i.length; k += 1) {
      add(i[k]!, j[k]!, inverse[k]!);
      add(j[k]!, i[k]!, inverse[k]!);
    }
    return { neighbours, reach: this.#overScale(reach) };
  }

  #reachOfAll(): Float64Array {
    const m = this.#m;
    const covariance = this.#covariance;
    const scale = this.#scale;
    const least = MIN_VARIANCE * largestVariance(covariance, m);
    const variances = diagonalOf(covariance, m);
    const reach = new Float64Array(m);
    for (let i = 0; i < m; i += 1) {
      const own = variances[i]!;
      let largest = reach[i]!;
      for (let j = 0; j < i; j += 1) {
        const variance = own + variances[j]! - 2 * covariance[i * m + j]!;
        if (!(variance > least)) continue;
        const ratio = (scale[i]! + scale[j]!) / variance;
        if (ratio > largest) largest = ratio;
        if (ratio > reach[j]!) reach[j] = ratio;
      }
      reach[i] = largest;
    }
    return this.#overScale(reach);
  }

  /** A hair wider, so that rounding never hides a pair. */
  #overScale(reach: Float64Array): Float64Array {
    return reach.map((value, i) => (value * (1 + 1e-9)) / this.#scale[i]!);
  }
}

type Neighbours = {
  /** Where a model's neighbours start; one place more than models. */
  readonly from: Int32Array;
  readonly other: Int32Array;
  readonly inverse: Float64Array;
};

/** Keeps the largest values of many: a heap with the least of them on top. */
class LargestValues {
  readonly #heap: Float64Array;

  constructor(count: number) {
    this.#heap = new Float64Array(count);
  }

  get least(): number {
    return this.#heap[0]!;
  }

  add(value: number): void {
    const heap = this.#heap;
    if (value <= heap[0]!) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1;
      if (heap[child]! >= value) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = value;
  }

  /** The least two, or the only one twice. */
  lowest(): [number, number] {
    const sorted = this.#heap.slice().sort();
    return [sorted[0]!, sorted[Math.min(1, sorted.length - 1)]!];
  }
}

/** A difference with less, as a share of the largest variance, is known to rounding. */
export const MIN_VARIANCE = 1e-12;

export function largestVariance(covariance: SquareMatrix, m: number): number {
  let largest = 0;
  for (let i = 0; i < m; i += 1) largest = Math.max(largest, covariance[i * m + i]!);
  return largest;
}

export function diagonalOf(matrix: SquareMatrix, m: number): Float64Array {
  const diagonal = new Float64Array(m);
  for (let i = 0; i < m; i += 1) diagonal[i] = matrix[i * m + i]!;
  return diagonal;
}
