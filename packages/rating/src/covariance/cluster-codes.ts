import type { ClusterChoice, ComparisonColumns } from '@agon/domain';
import { drawPoisson, type SeededRandom } from '@agon/stats';

/** Clusters of the comparisons `rows`, numbered from 0; one that names none is a cluster of its own. */
export type ClusterCodes = { readonly codes: Int32Array; readonly clusters: number };

/** One numbering for each kind of cluster asked for; none for `none`. */
export function clusterCodes(
  columns: ComparisonColumns,
  cluster: ClusterChoice,
  rows: Int32Array,
): ClusterCodes[] {
  return (['rater', 'prompt'] as const)
    .filter((name) => cluster.split(',').includes(name))
    .map((name) => numberDensely(columns[name], rows));
}

/**
 * How often each comparison counts in one bootstrap round: Poisson(1) for each cluster, or for each comparison where
 * there are none. Two kinds of cluster are drawn one at a time: see `drawWays`.
 */
export function drawMultiplicities(
  random: SeededRandom,
  [coding]: readonly ClusterCodes[],
): (at: number) => number {
  if (coding === undefined) return () => drawPoisson(random, 1);
  const counts = Uint8Array.from({ length: coding.clusters }, () => drawPoisson(random, 1));
  return (at) => counts[coding.codes[at]!]!;
}

/** One number for each pair of clusters that some comparison is in. */
export function joinClusters(first: ClusterCodes, second: ClusterCodes): ClusterCodes {
  const order = sortByCode(sortByCode(null, second), first);
  const codes = new Int32Array(order.length);
  let clusters = 0;
  let before = -1;
  for (const at of order) {
    const isSame =
      before >= 0 && first.codes[at] === first.codes[before] && second.codes[at] === second.codes[before];
    if (!isSame) clusters += 1;
    codes[at] = clusters - 1;
    before = at;
  }
  return { codes, clusters };
}

/** Comparisons by cluster, and within one as they were listed; null: in their own order. */
function sortByCode(listed: Int32Array | null, { codes, clusters }: ClusterCodes): Int32Array {
  const next = new Int32Array(clusters + 1);
  for (const code of codes) next[code + 1]! += 1;
  for (let c = 0; c < clusters; c += 1) next[c + 1]! += next[c]!;
  const order = new Int32Array(codes.length);
  for (let k = 0; k < codes.length; k += 1) {
    const at = listed === null ? k : listed[k]!;
    const code = codes[at]!;
    order[next[code]!] = at;
    next[code]! += 1;
  }
  return order;
}

/** Codes up to this many times the rows have a table of their own; numbers further apart a map. */
const DENSE = 4;

function numberDensely(column: Int32Array | undefined, rows: Int32Array): ClusterCodes {
  let largest = -1;
  if (column !== undefined) for (const row of rows) largest = Math.max(largest, column[row]!);
  const isDense = largest < DENSE * rows.length + 1024;
  const table = new Int32Array(isDense ? largest + 1 : 0).fill(-1);
  const map = new Map<number, number>();
  const known = (code: number): number => (isDense ? table[code]! : (map.get(code) ?? -1));
  let clusters = 0;
  const codes = rows.map((row) => {
    const code = column === undefined ? -1 : column[row]!;
    const seen = code < 0 ? -1 : known(code);
    if (seen >= 0) return seen;
    if (code >= 0 && isDense) table[code] = clusters;
    if (code >= 0 && !isDense) map.set(code, clusters);
    clusters += 1;
    return clusters - 1;
  });
  return { codes, clusters };
}
