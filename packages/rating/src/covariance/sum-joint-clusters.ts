import type { SquareMatrix } from '@agon/stats';
import type { ClusterCodes } from './cluster-codes.ts';
import { OuterProducts } from './outer-products.ts';

/** A stretch of comparisons with their scores in a model with more parameters than ratings. */
type ScoredBlock = {
  readonly length: number;
  /** Numbers of the two models. */
  readonly i: Int32Array;
  readonly j: Int32Array;
  /** By the first model's rating; by the second's it is the same with the other sign. */
  readonly score: Float64Array;
  /** By the parameters after the ratings, `width` numbers a row. */
  readonly extras: Float64Array;
};

/** Comparisons that a fit used, which can be read again and again, always in one order. */
export type ScoredRows = {
  readonly models: number;
  readonly width: number;
  readonly scan: (visit: (block: ScoredBlock) => void) => void;
};

export type JointClusterSums = {
  /** Σ over clusters of u uᵀ, with u the sum of the cluster's scores; side models + width. */
  readonly meat: SquareMatrix;
  /** The same of the comparisons that share both codes; null where no second kind was asked for. */
  readonly both: { readonly meat: SquareMatrix; readonly clusters: number } | null;
};

/** What scores may take while they are sorted, in bytes; where they take more, they are read again for each part. */
const MAX_BYTES = 2 ** 27;

/**
 * Sorts the scores of the comparisons by cluster and adds the products of each cluster's sums. The rows of many clusters
 * are read in their own order and written to their cluster's place: the other way round each would wait for memory.
 * @param first a code for each row that `scan` visits, in this order; `second` likewise, null for none
 */
export function sumJointClusters(
  rows: ScoredRows,
  first: ClusterCodes,
  second: ClusterCodes | null,
  mostBytes = MAX_BYTES,
): JointClusterSums {
  const { models, width } = rows;
  const { codes, clusters } = first;
  const starts = new Int32Array(clusters + 1);
  for (let at = 0; at < codes.length; at += 1) starts[codes[at]! + 1]! += 1;
  for (let c = 0; c < clusters; c += 1) starts[c + 1]! += starts[c]!;
  const stride = EXTRAS + width + (second === null ? 0 : 1);
  const ends = cutAtClusters(starts, Math.floor(mostBytes / (8 * stride)));
  const room = ends.reduce((most, to, k) => Math.max(most, starts[to]! - starts[ends[k - 1] ?? 0]!), 0);
  const sorted: Records = { values: new Float64Array(room * stride), stride, width };
  const next = starts.slice(0, clusters);
  const sums = new OuterProducts(models, width);
  const parts = second === null ? null : new ClusterParts(models, width);
  let from = 0;
  for (const to of ends) {
    sortScores(rows, sorted, codes, second?.codes ?? null, { next, from, to, base: starts[from]! });
    for (let c = from; c < to; c += 1) {
      const begin = starts[c]! - starts[from]!;
      const end = starts[c + 1]! - starts[from]!;
      for (let k = begin; k < end; k += 1) addRecord(sums, sorted, k);
      sums.close();
      parts?.add(sorted, begin, end);
    }
    from = to;
  }
  return {
    meat: sums.matrix(),
    both: parts === null ? null : { meat: parts.sums.matrix(), clusters: parts.clusters },
  };
}

/**
 * One row's numbers side by side, since they are written to a place that no cache has: both models, the score, the extras,
 * and the code of the second kind where there is one.
 */
type Records = { readonly values: Float64Array; readonly stride: number; readonly width: number };

const MODELS = 0;
const SCORE = 1;
const EXTRAS = 2;
/** i · 2^16 + j; products of more models would have no room anyway. */
const MODEL_BITS = 16;

/** Ends of ranges of clusters with at most `room` rows each, or of one cluster. */
function cutAtClusters(starts: Int32Array, room: number): number[] {
  const clusters = starts.length - 1;
  const ends: number[] = [];
  let from = 0;
  for (let c = 1; c < clusters; c += 1) {
    if (starts[c + 1]! - starts[from]! <= room) continue;
    ends.push(c);
    from = c;
  }
  return [...ends, clusters];
}

/** Writes the scores of the clusters `from` .. `to - 1` cluster by cluster, and within one in the order of the rows. */
function sortScores(
  { scan }: ScoredRows,
  { values, stride, width }: Records,
  codes: Int32Array,
  others: Int32Array | null,
  {
    next,
    from,
    to,
    base,
  }: { readonly next: Int32Array; readonly from: number; readonly to: number; readonly base: number },
): void {
  let at = 0;
  scan(({ length, i, j, score, extras }) => {
    for (let row = 0; row < length; row += 1, at += 1) {
      const code = codes[at]!;
      if (code < from || code >= to) continue;
      const k = (next[code]! - base) * stride;
      next[code]! += 1;
      values[k + MODELS] = ((i[row]! << MODEL_BITS) | j[row]!) >>> 0;
      values[k + SCORE] = score[row]!;
      for (let x = 0; x < width; x += 1) values[k + EXTRAS + x] = extras[row * width + x]!;
      if (others !== null) values[k + EXTRAS + width] = others[at]!;
    }
  });
}

function addRecord(sums: OuterProducts, { values, stride, width }: Records, k: number): void {
  const at = k * stride;
  const models = values[at + MODELS]! | 0;
  const score = values[at + SCORE]!;
  sums.add(models >>> MODEL_BITS, score);
  sums.add(models & 0xffff, -score);
  const { extra } = sums;
  for (let x = 0; x < width; x += 1) extra[x]! += values[at + EXTRAS + x]!;
}

/** Parts of clusters that share the second code too. */
class ClusterParts {
  readonly sums: OuterProducts;
  clusters = 0;
  #keys = new Float64Array(64);

  constructor(models: number, width: number) {
    this.sums = new OuterProducts(models, width);
  }

  /** The rows `begin` .. `end - 1` are one cluster. */
  add(sorted: Records, begin: number, end: number): void {
    const length = end - begin;
    if (length > this.#keys.length) this.#keys = new Float64Array(2 * length);
    const keys = this.#keys;
    const { values, stride, width } = sorted;
    const otherOf = (row: number): number => values[row * stride + EXTRAS + width]!;
    // by the second code, and in one by place: whole numbers below 2^53
    for (let k = 0; k < length; k += 1) keys[k] = otherOf(begin + k) * length + k;
    sortNumbers(keys, length);
    let last = -1;
    for (let k = 0; k < length; k += 1) {
      const row = begin + (keys[k]! % length);
      const other = otherOf(row);
      if (k > 0 && other !== last) this.#close();
      last = other;
      addRecord(this.sums, sorted, row);
    }
    if (length > 0) this.#close();
  }

  #close(): void {
    this.clusters += 1;
    this.sums.close();
  }
}

/** The first `length`, ascending; most clusters are so small that sorting by insertion is quickest. */
function sortNumbers(values: Float64Array, length: number): void {
  if (length > 32) {
    values.subarray(0, length).sort();
    return;
  }
  for (let k = 1; k < length; k += 1) {
    const value = values[k]!;
    let at = k;
    for (; at > 0 && values[at - 1]! > value; at -= 1) values[at] = values[at - 1]!;
    values[at] = value;
  }
}
