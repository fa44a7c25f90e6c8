import type { ComparisonColumns, RatingSettings, RatingWarning } from '@agon/domain';
import { type SquareMatrix, sandwichProduct } from '@agon/stats';
import { clipToSemidefinite } from './clip-to-semidefinite.ts';
import { type ClusterCodes, clusterCodes, joinClusters } from './cluster-codes.ts';
import { degreesOfFreedom } from './degrees-of-freedom.ts';
import { clippedWarning, clusterWarnings, isSemidefinite } from './sandwich-covariance.ts';

/**
 * Scores of comparisons in a model with more parameters than ratings: `score` (e_i − e_j) for the ratings, and a row of
 * `width` numbers in `extras` for the parameters after them.
 */
export type JointScores = {
  readonly length: number;
  /** Number of each comparison in the columns: where its clusters are looked up. */
  readonly row: Int32Array;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly score: Float64Array;
  readonly width: number;
  readonly extras: Float64Array;
};

export type JointCovariance = {
  /** Of (θ, extras); null where the data cannot tell it. */
  readonly matrix: SquareMatrix | null;
  /** See `degreesOfFreedom`. */
  readonly degrees: number;
  readonly warnings: readonly RatingWarning[];
};

/**
 * Sandwich V = H⁺ G H⁺ over ratings and extra parameters, clustered as the settings say.
 * @param inverse H⁺, (models + width)²
 */
export function jointSandwich(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'cluster'>,
  scores: JointScores,
  inverse: SquareMatrix,
  models: number,
): JointCovariance {
  const meat = (coding: ClusterCodes): SquareMatrix => meatOf(scores, coding, models);
  if (settings.cluster !== 'none') return clusteredSandwich(columns, settings, scores.row, inverse, meat);
  const each = {
    codes: Int32Array.from({ length: scores.length }, (_, at) => at),
    clusters: scores.length,
  };
  const matrix = sandwichProduct(inverse, meat(each), models + scores.width);
  return { matrix, degrees: degreesOfFreedom([]), warnings: [] };
}

/**
 * Sandwich clustered by rater, by prompt, or both ways (G_rater + G_prompt − G_both), each with C / (C − 1).
 * @param rows of the comparisons fitted: where their clusters are looked up
 * @param meatOf Σ over clusters of u uᵀ, with u the sum of the cluster's scores; codes as the rows are listed
 */
export function clusteredSandwich(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'cluster'>,
  rows: Int32Array,
  inverse: SquareMatrix,
  meatOf: (coding: ClusterCodes) => SquareMatrix,
): JointCovariance {
  const n = Math.sqrt(inverse.length);
  const codings = clusterCodes(columns, settings.cluster, rows);
  const warnings = describeClusters(columns, settings, rows, codings);
  const degrees = degreesOf(codings);
  if (isTooFew(codings)) return { matrix: null, degrees, warnings };
  const corrected = (coding: ClusterCodes): SquareMatrix => {
    const factor = coding.clusters / (coding.clusters - 1);
    return meatOf(coding).map((value) => factor * value);
  };
  const [first, second] = codings;
  if (second === undefined)
    return { matrix: sandwichProduct(inverse, corrected(first!), n), degrees, warnings };
  const both = corrected(joinClusters(first!, second));
  const other = corrected(second);
  const meat = corrected(first!).map((value, k) => value + other[k]! - both[k]!);
  if (!isSemidefinite(meat, n)) {
    clipToSemidefinite(meat, n);
    warnings.push(clippedWarning());
  }
  return { matrix: sandwichProduct(inverse, meat, n), degrees, warnings };
}

export function degreesOf(codings: readonly ClusterCodes[]): number {
  return degreesOfFreedom(codings.map(({ clusters }) => clusters));
}

/** Σ over clusters of u uᵀ, with u the sum of the cluster's scores. */
function meatOf(scores: JointScores, { codes, clusters }: ClusterCodes, models: number): SquareMatrix {
  const { width } = scores;
  const n = models + width;
  const starts = new Int32Array(clusters + 1);
  for (const code of codes) starts[code + 1]! += 1;
  for (let c = 0; c < clusters; c += 1) starts[c + 1]! += starts[c]!;
  const next = starts.slice();
  const order = new Int32Array(codes.length);
  codes.forEach((code, at) => {
    order[next[code]!] = at;
    next[code]! += 1;
  });
  const meat = new Float64Array(n * n);
  const sum = new Float64Array(n);
  const isTouched = new Uint8Array(n);
  const touched: number[] = [];
  const add = (parameter: number, score: number): void => {
    if (isTouched[parameter] === 0) {
      isTouched[parameter] = 1;
      touched.push(parameter);
    }
    sum[parameter]! += score;
  };
  for (let c = 0; c < clusters; c += 1) {
    for (let k = starts[c]!; k < starts[c + 1]!; k += 1) {
      const at = order[k]!;
      add(scores.i[at]!, scores.score[at]!);
      add(scores.j[at]!, -scores.score[at]!);
      for (let x = 0; x < width; x += 1) add(models + x, scores.extras[at * width + x]!);
    }
    for (const x of touched) for (const y of touched) meat[x * n + y]! += sum[x]! * sum[y]!;
    for (const x of touched) {
      sum[x] = 0;
      isTouched[x] = 0;
    }
    touched.length = 0;
  }
  return meat;
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
