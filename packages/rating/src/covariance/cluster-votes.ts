import type { ClusteredVotes } from '../bootstrap/bootstrap-plan.ts';
import type { Votes } from '../bradley-terry/read-votes.ts';
import type { ClusterSum } from './cluster-sums.ts';

/** How the comparisons fall into clusters. */
export type ClusterSizes = Omit<ClusterSum, 'meat'>;

/** A cluster for each comparison, from 0, or -1 where unknown; `count`: one more than the largest. */
export type ClusterNumbers = { readonly codes: Int32Array; readonly count: number };

/** The codes of one column; numbered anew where they are far larger than there are comparisons. */
export function numberClusters(votes: Votes, column: Int32Array | undefined): ClusterNumbers {
  const codes = new Int32Array(votes.length).fill(-1);
  if (column === undefined) return { codes, count: 0 };
  let count = 0;
  for (let at = 0; at < votes.length; at += 1) {
    const code = column[votes.row[at]!]!;
    codes[at] = code < 0 ? -1 : code;
    if (code >= count) count = code + 1;
  }
  if (count <= 4 * votes.length + 1024) return { codes, count };
  const known = new Map<number, number>();
  for (let at = 0; at < votes.length; at += 1) {
    const code = codes[at]!;
    if (code < 0) continue;
    const number = known.get(code) ?? known.size;
    known.set(code, number);
    codes[at] = number;
  }
  return { codes, count: known.size };
}

/** One cluster for each pair of clusters that some comparison has; unknown where either is. */
export function joinClusters(first: ClusterNumbers, second: ClusterNumbers): ClusterNumbers {
  const { sorted: order, starts } = sortByCluster(first, numberInTurn(first.codes.length));
  const codes = new Int32Array(first.codes.length).fill(-1);
  // which cluster of the first kind has last been seen with one of the second, and as what
  const seen = new Int32Array(second.count).fill(-1);
  const joined = new Int32Array(second.count);
  let count = 0;
  for (let cluster = 0; cluster < first.count; cluster += 1) {
    for (let k = starts[cluster]!; k < starts[cluster + 1]!; k += 1) {
      const at = order[k]!;
      const other = second.codes[at]!;
      if (other < 0) continue;
      if (seen[other] !== cluster) {
        seen[other] = cluster;
        joined[other] = count;
        count += 1;
      }
      codes[at] = joined[other]!;
    }
  }
  return { codes, count };
}

/** Rows brought together by cluster, in the order of their codes; then those of no known cluster, each on its own. */
export function clusterVotes(
  votes: Votes,
  numbers: ClusterNumbers,
): { readonly drawn: ClusteredVotes; readonly sizes: ClusterSizes } {
  const { sorted, starts } = sortByCluster(
    numbers,
    votes.own === null ? votes.code : numberInTurn(votes.length),
  );
  const known = starts[numbers.count]!;
  const unknown = votes.length - known;
  const { rows, own } =
    votes.own === null ? { rows: sorted, own: null } : pickWeighted(votes, votes.own, sorted);
  const ends = new Int32Array(numbers.count + unknown);
  let clusters = 0;
  let largest = Math.min(unknown, 1);
  for (let cluster = 0; cluster < numbers.count; cluster += 1) {
    const size = starts[cluster + 1]! - starts[cluster]!;
    if (size === 0) continue;
    ends[clusters] = starts[cluster + 1]!;
    clusters += 1;
    if (size > largest) largest = size;
  }
  for (let at = known; at < votes.length; at += 1) {
    ends[clusters] = at + 1;
    clusters += 1;
  }
  return {
    drawn: { kind: 'clusters', ends: ends.subarray(0, clusters), rows, own },
    sizes: { clusters, unknown, largestShare: votes.length === 0 ? 0 : largest / votes.length },
  };
}

function pickWeighted(
  votes: Votes,
  points: Float32Array,
  order: Uint32Array,
): { readonly rows: Uint32Array; readonly own: Float32Array } {
  const rows = new Uint32Array(votes.length);
  const own = new Float32Array(2 * votes.length);
  for (let k = 0; k < order.length; k += 1) {
    const at = order[k]!;
    rows[k] = votes.code[at]!;
    own[2 * k] = points[2 * at]!;
    own[2 * k + 1] = points[2 * at + 1]!;
  }
  return { rows, own };
}

function numberInTurn(length: number): Uint32Array {
  const numbers = new Uint32Array(length);
  for (let at = 0; at < length; at += 1) numbers[at] = at;
  return numbers;
}

/** Of so many bits is a digit: few enough places that writing to all of them in turn stays in the caches. */
const DIGIT = 11;

/**
 * `values`, one a comparison, by cluster; those of no known cluster last. In each they keep their order: it goes digit by
 * digit from the lowest, because one pass over a million clusters would wait for memory at every comparison.
 */
function sortByCluster(
  { codes, count }: ClusterNumbers,
  values: Uint32Array,
): { readonly sorted: Uint32Array; readonly starts: Int32Array } {
  const length = codes.length;
  let keys = new Int32Array(length);
  const starts = new Int32Array(count + 2);
  for (let at = 0; at < length; at += 1) {
    const code = codes[at]!;
    const key = code < 0 ? count : code;
    keys[at] = key;
    starts[key + 1]! += 1;
  }
  for (let cluster = 0; cluster <= count; cluster += 1) starts[cluster + 1]! += starts[cluster]!;
  let sorted = values.slice();
  let nextKeys = new Int32Array(length);
  let next = new Uint32Array(length);
  const places = new Int32Array((1 << DIGIT) + 1);
  for (let shift = 0; count >>> shift > 0; shift += DIGIT) {
    placeByDigit(keys, sorted, shift, places, nextKeys, next);
    [keys, nextKeys] = [nextKeys, keys];
    [sorted, next] = [next, sorted];
  }
  return { sorted, starts };
}

function placeByDigit(
  keys: Int32Array,
  values: Uint32Array,
  shift: number,
  places: Int32Array,
  nextKeys: Int32Array,
  nextValues: Uint32Array,
): void {
  const mask = (1 << DIGIT) - 1;
  places.fill(0);
  for (let at = 0; at < keys.length; at += 1) places[((keys[at]! >>> shift) & mask) + 1]! += 1;
  for (let digit = 0; digit < mask; digit += 1) places[digit + 1]! += places[digit]!;
  for (let at = 0; at < keys.length; at += 1) {
    const digit = (keys[at]! >>> shift) & mask;
    const to = places[digit]!;
    places[digit] = to + 1;
    nextKeys[to] = keys[at]!;
    nextValues[to] = values[at]!;
  }
}
