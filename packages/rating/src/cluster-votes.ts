import type { ClusteredVotes } from './bootstrap-plan.ts';
import type { Votes } from './read-votes.ts';
import type { ClusterSum } from './sum-cluster-scores.ts';

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
  const { order, starts } = sortByCluster(first);
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
  const { order, starts } = sortByCluster(numbers);
  const known = starts[numbers.count]!;
  const unknown = votes.length - known;
  const rows = new Uint32Array(votes.length);
  const own = votes.own === null ? null : new Float32Array(2 * votes.length);
  order.forEach((at, k) => {
    rows[k] = votes.code[at]!;
    if (own === null) return;
    own[2 * k] = votes.own![2 * at]!;
    own[2 * k + 1] = votes.own![2 * at + 1]!;
  });
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

/** Counting sort: `order` lists the comparisons by cluster, those of no known cluster last. */
function sortByCluster({ codes, count }: ClusterNumbers): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at]!;
    if (code >= 0) starts[code + 1]! += 1;
  }
  for (let cluster = 0; cluster < count; cluster += 1) starts[cluster + 1]! += starts[cluster]!;
  const next = starts.slice();
  const order = new Int32Array(codes.length);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at]!;
    const cluster = code < 0 ? count : code;
    order[next[cluster]!] = at;
    next[cluster]! += 1;
  }
  return { order, starts };
}
