import type { ComparisonColumns, RatingSettings, RatingWarning } from '@agon/domain';
import { type SquareMatrix, sandwichProduct } from '@agon/stats';
import { clipToSemidefinite } from './clip-to-semidefinite.ts';
import { type ClusterCodes, clusterCodes } from './cluster-codes.ts';
import { degreesOfFreedom } from './degrees-of-freedom.ts';
import { clippedWarning, clusterWarnings, isSemidefinite } from './sandwich-covariance.ts';
import { type ScoredRows, sumJointClusters } from './sum-joint-clusters.ts';

export type JointCovariance = {
  /** Of (θ, extras); null where the data cannot tell it. */
  readonly matrix: SquareMatrix | null;
  /** See `degreesOfFreedom`. */
  readonly degrees: number;
  readonly warnings: readonly RatingWarning[];
};

/**
 * Sandwich V = H⁺ G H⁺ over ratings and the parameters after them, clustered by rater, by prompt, or both ways
 * (G_rater + G_prompt − G_both), each with C / (C − 1).
 * @param rows of the comparisons fitted: where their clusters are looked up
 * @param scores of these rows, in their order
 * @param inverse H⁺
 */
export function clusteredSandwich(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'cluster'>,
  rows: Int32Array,
  scores: ScoredRows,
  inverse: SquareMatrix,
): JointCovariance {
  const n = Math.sqrt(inverse.length);
  const codings = clusterCodes(columns, settings.cluster, rows);
  const warnings = describeClusters(columns, settings, rows, codings);
  const degrees = degreesOf(codings);
  if (isTooFew(codings)) return { matrix: null, degrees, warnings };
  const [first, second] = codings as [ClusterCodes, ClusterCodes | undefined];
  const sums = sumJointClusters(scores, first, second ?? null);
  const meat = corrected(sums.meat, first.clusters);
  if (second === undefined || sums.both === null)
    return { matrix: sandwichProduct(inverse, meat, n), degrees, warnings };
  const other = corrected(sumJointClusters(scores, second, null).meat, second.clusters);
  const both = corrected(sums.both.meat, sums.both.clusters);
  for (let k = 0; k < meat.length; k += 1) meat[k]! += other[k]! - both[k]!;
  if (!isSemidefinite(meat, n)) {
    clipToSemidefinite(meat, n);
    warnings.push(clippedWarning());
  }
  return { matrix: sandwichProduct(inverse, meat, n), degrees, warnings };
}

function corrected(meat: SquareMatrix, clusters: number): SquareMatrix {
  return meat.map((value) => (clusters / (clusters - 1)) * value);
}

export function degreesOf(codings: readonly ClusterCodes[]): number {
  return degreesOfFreedom(codings.map(({ clusters }) => clusters));
}

/** What to say of the clusters of the comparisons `rows`: too few, one too large, comparisons in none. */
export function describeClusters(
  columns: ComparisonColumns,
  { cluster }: Pick<RatingSettings, 'cluster'>,
  rows: Int32Array,
  codings: readonly ClusterCodes[],
): RatingWarning[] {
  const names = (['rater', 'prompt'] as const).filter((name) => cluster.split(',').includes(name));
  return names.flatMap((name, k) =>
    clusterWarnings(name, describe(columns[name], rows, codings[k]!), rows.length),
  );
}

/** Of one cluster nothing can be told. */
export function isTooFew(codings: readonly ClusterCodes[]): boolean {
  return codings.some(({ clusters }) => clusters < 2);
}

function describe(
  column: Int32Array | undefined,
  rows: Int32Array,
  { codes, clusters }: ClusterCodes,
): { clusters: number; largestShare: number; unknown: number } {
  const sizes = new Int32Array(clusters);
  for (const code of codes) sizes[code]! += 1;
  let largest = 0;
  for (const size of sizes) largest = Math.max(largest, size);
  let unknown = 0;
  for (const row of rows) if (column === undefined || column[row]! < 0) unknown += 1;
  return { clusters, largestShare: rows.length === 0 ? 0 : largest / rows.length, unknown };
}

/** The ratings' block of a joint matrix. */
export function ratingBlock(matrix: SquareMatrix, models: number): SquareMatrix {
  const n = Math.sqrt(matrix.length);
  const block = new Float64Array(models * models);
  for (let i = 0; i < models; i += 1) {
    for (let j = 0; j < models; j += 1) block[i * models + j] = matrix[i * n + j]!;
  }
  return block;
}
