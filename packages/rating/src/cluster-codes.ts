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
 * there are none; with two kinds of cluster the counts multiply (Owen and Eckles, 2012, Annals of Applied Statistics
 * 6(3)).
 */
export function drawMultiplicities(
  random: SeededRandom,
  codings: readonly ClusterCodes[],
): (at: number) => number {
  const counts = codings.map(({ clusters }) =>
    Uint8Array.from({ length: clusters }, () => drawPoisson(random, 1)),
  );
  const [first, second] = codings;
  if (first === undefined) return () => drawPoisson(random, 1);
  if (second === undefined) return (at) => counts[0]![first.codes[at]!]!;
  return (at) => counts[0]![first.codes[at]!]! * counts[1]![second.codes[at]!]!;
}

function numberDensely(column: Int32Array | undefined, rows: Int32Array): ClusterCodes {
  const known = new Map<number, number>();
  let clusters = 0;
  const codes = rows.map((row) => {
    const code = column === undefined ? -1 : column[row]!;
    const seen = code < 0 ? undefined : known.get(code);
    if (seen !== undefined) return seen;
    if (code >= 0) known.set(code, clusters);
    clusters += 1;
    return clusters - 1;
  });
  return { codes, clusters };
}
