import type { ComparisonColumns, RatingSettings, RatingWarning } from '@agon/domain';
import {
  factorCholesky,
  factoredSandwich,
  type SquareMatrix,
  sandwichOfScores,
  sandwichProduct,
} from '@agon/stats';
import { type BradleyTerryFit, fixGauge, strengthsOf } from '../bradley-terry/fit-bradley-terry.ts';
import { logistic } from '../elo-scale.ts';
import { countComparisons, type PairTable } from '../pairs/pair-table.ts';
import { clipToSemidefinite } from './clip-to-semidefinite.ts';
import type { ClusterCounter } from './cluster-counter.ts';
import type { ClusterSum, ClusterSums } from './cluster-sums.ts';
import { degreesOfFreedom } from './degrees-of-freedom.ts';
import { sumClusters } from './sum-clusters.ts';

/** What a covariance of one rated group is computed from. `place`: from a model's code to its number there, or -1. */
export type FittedGroup = {
  readonly columns: ComparisonColumns;
  readonly settings: RatingSettings;
  readonly place: Int32Array;
  readonly table: PairTable;
  readonly fit: BradleyTerryFit;
  /** The same comparisons by the one kind of cluster that is asked for; `columns` are then not read. */
  readonly clusters?: ClusterCounter | undefined;
};

export type Covariance = {
  /** Of the logits, Σθ = 0; null where the data cannot tell it. */
  readonly matrix: SquareMatrix | null;
  /** Lower triangular G: GᵀG is the matrix but for a common shift of all logits; null where there is none. */
  readonly root: SquareMatrix | null;
  /** See `degreesOfFreedom`. */
  readonly degrees: number;
  readonly warnings: readonly RatingWarning[];
};

/** Fewer clusters than this, or a larger one than that share: the clustered error is itself poorly known. */
const ENOUGH_CLUSTERS = 50;
const LARGE_SHARE = 0.1;

/**
 * Sandwich V = H⁺ G H⁺. It stays right where ties are halves (the plain H⁺ is then too wide) and where votes of one
 * rater or on one prompt go together (H⁺ is then too narrow). Two-way clusters: G = G_rater + G_prompt − G_both
 * (Cameron, Gelbach and Miller, 2011).
 */
export function sandwichCovariance(group: FittedGroup): Covariance {
  const { fit, table, settings } = group;
  const m = table.models;
  if (settings.cluster === 'none') {
    return {
      ...sandwich(fit, independentMeat(table, fit.theta), m),
      degrees: degreesOfFreedom([]),
      warnings: [],
    };
  }
  const votes = countComparisons(table);
  const [name, second] = settings.cluster.split(',') as ['rater' | 'prompt', 'prompt' | undefined];
  const codes = codesOf(group.columns, name);
  const others = second === undefined ? null : codesOf(group.columns, second);
  const { first, both } = sumBy(group, codes, others);
  const warnings = clusterWarnings(name, first, votes);
  if (second === undefined || others === null || both === null) {
    if (tooFew(first)) return { ...UNKNOWN, warnings };
    return {
      ...sandwichByClusters(fit, first, m),
      degrees: degreesOfFreedom([first.clusters]),
      warnings,
    };
  }
  const { first: other } = sumBy(group, others, null);
  warnings.push(...clusterWarnings(second, other, votes));
  if (tooFew(first) || tooFew(other)) return { ...UNKNOWN, warnings };
  const meat = both.meat.map((value, k) => first.meat[k]! + other.meat[k]! - value);
  if (!isSemidefinite(meat, m)) {
    clipToSemidefinite(meat, m);
    warnings.push(clippedWarning());
  }
  const degrees = degreesOfFreedom([first.clusters, other.clusters]);
  return { ...sandwich(fit, meat, m), degrees, warnings };
}

function codesOf(columns: ComparisonColumns, name: 'rater' | 'prompt'): Int32Array {
  return columns[name] ?? new Int32Array(columns.length).fill(-1);
}

function sumBy(group: FittedGroup, codes: Int32Array, others: Int32Array | null): ClusterSums {
  const { columns, settings, place, fit, clusters } = group;
  if (clusters !== undefined) return { first: clusters.sum(place, fit.theta), both: null };
  return sumClusters({ columns, settings, place, theta: fit.theta, codes, others });
}

/** Σ over cells of Σ w² (y − p)² d dᵀ: every comparison its own draw. */
function independentMeat(table: PairTable, theta: Float64Array): SquareMatrix {
  const { models: m, cells, low, high, square, squarePoints, squarePoints2 } = table;
  const strength = strengthsOf(theta);
  const meat = new Float64Array(m * m);
  for (let cell = 0; cell < cells; ) {
    // cells of one higher model often follow each other: its sum then stays in a register
    const j = high[cell]!;
    let own = meat[j * m + j]!;
    for (; cell < cells && high[cell] === j; cell += 1) {
      const i = low[cell]!;
      const p =
        strength === null ? logistic(theta[i]! - theta[j]!) : strength[i]! / (strength[i]! + strength[j]!);
      const sum = squarePoints2[cell]! - 2 * p * squarePoints[cell]! + p * p * square[cell]!;
      meat[i * m + i]! += sum;
      own += sum;
      meat[i * m + j]! -= sum;
      meat[j * m + i]! -= sum;
    }
    meat[j * m + j] = own;
  }
  return meat;
}

function sandwichByClusters(
  fit: BradleyTerryFit,
  sum: ClusterSum,
  m: number,
): Pick<Covariance, 'matrix' | 'root'> {
  // scores are blind to a common shift, so the gauge of the information changes nothing
  const matrix =
    sum.scores === undefined ? null : sandwichOfScores(fit.information, sum.scores, sum.clusters, m);
  if (matrix !== null) return { matrix, root: null };
  return sandwich(fit, sum.meat, m, sum.clusters);
}

const UNKNOWN = { matrix: null, root: null, degrees: Number.NaN };

/**
 * H⁺ G H⁺ and its root; `meat` is lost.
 * @param terms scores whose products were added up in `meat`, where they may be few
 */
function sandwich(
  fit: BradleyTerryFit,
  meat: SquareMatrix,
  m: number,
  terms = Number.POSITIVE_INFINITY,
): Pick<Covariance, 'matrix' | 'root'> {
  const delta = fixGauge(meat, m);
  // with the gauge they span at most one direction more than there are of them: fewer than models have no root
  const filled = terms + 1 < m ? null : factoredSandwich(fit.information, meat, m);
  // fewer directions than models have any error (few clusters, say); the inverse is blind to what was filled in
  if (filled === null) return { matrix: sandwichProduct(fit.inverse, meat, m), root: null };
  const { product, root } = filled;
  const shift = delta / (fit.gauge * fit.gauge * m * m);
  for (let k = 0; k < m * m; k += 1) product[k]! -= shift;
  return { matrix: product, root };
}

function tooFew(sum: ClusterSum): boolean {
  return sum.clusters < 2;
}

/** To rounding: a shift of 1e-9 of the mean variance makes it positive definite, and the gauge direction is filled. */
export function isSemidefinite(matrix: SquareMatrix, m: number): boolean {
  let trace = 0;
  for (let i = 0; i < m; i += 1) trace += matrix[i * m + i]!;
  if (!(trace > 0)) return false;
  const filled = matrix.map((value) => value + trace / (m * m));
  for (let i = 0; i < m; i += 1) filled[i * m + i]! += (1e-9 * trace) / m;
  return factorCholesky(filled, m) !== null;
}

export function clippedWarning(): RatingWarning {
  return {
    code: 'clipped_covariance',
    message:
      'Clustered by rater and prompt together, some combination of ratings had a negative variance; it was set to zero.',
  };
}

export function clusterWarnings(
  name: 'rater' | 'prompt',
  sum: Omit<ClusterSum, 'meat'>,
  votes: number,
): RatingWarning[] {
  const warnings: RatingWarning[] = [];
  const share = `${Math.round(100 * sum.largestShare)} %`;
  if (sum.clusters < 2) {
    warnings.push({
      code: 'few_clusters',
      message: `All comparisons come from one ${name}: how much ${name}s differ cannot be told, so there are no intervals.`,
    });
  } else {
    const reasons = [
      ...(sum.clusters < ENOUGH_CLUSTERS
        ? ['So few leave the error itself poorly known; Student’s t widens the intervals for that.']
        : []),
      ...(sum.largestShare > LARGE_SHARE
        ? [
            `Where one ${name} has above ${100 * LARGE_SHARE} % and far more than the others, they can be too narrow.`,
          ]
        : []),
    ];
    if (reasons.length > 0) {
      const what = `Intervals rest on ${sum.clusters} ${name}s, the largest with ${share} of the comparisons.`;
      warnings.push({ code: 'few_clusters', message: [what, ...reasons].join(' ') });
    }
  }
  if (sum.unknown > 0) {
    warnings.push({
      code: 'unknown_clusters',
      message: `${sum.unknown} of ${votes} comparisons name no ${name}; each counted as a ${name} of its own.`,
    });
  }
  return warnings;
}
