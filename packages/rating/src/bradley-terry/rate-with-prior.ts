import type { ComparisonColumns, RatingResult, RatingSettings } from '@agon/domain';
import { factorCholesky, invertCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { ELO_PER_LOGIT, logistic } from '../elo-scale.ts';
import { fromCovariance, withoutIntervals } from '../intervals/group-intervals.ts';
import { notConverged } from '../not-converged.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { countComparisons, type PairTable } from '../pairs/pair-table.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { type CoreFit, rateCores } from '../rate-cores.ts';

/**
 * Bradley–Terry ratings at the maximum of likelihood × N(0, σ²) priors on the logits, σ = `settings.prior`. Models that
 * won or lost everything then have a finite rating, which the prior decides; so it is used only where it is asked for,
 * and the result says so. Intervals are those of the normal approximation to the posterior. Groups that never met stay
 * apart: a prior knows nothing of how they compare.
 */
export function rateWithPrior(columns: ComparisonColumns, settings: RatingSettings): RatingResult {
  const sigma = settings.prior!;
  const tally = tallyComparisons(columns, settings);
  const { components } = connectModels(tally.table, columns.models);
  const { result } = rateCores(
    columns,
    settings,
    tally,
    ({ table, anchor }): CoreFit => {
      const fit = fitWithPrior(table, sigma);
      return {
        theta: fit.theta,
        iterations: fit.iterations,
        used: countComparisons(table),
        intervals:
          settings.interval === 'none'
            ? withoutIntervals([])
            : fromCovariance(fit.theta, centred(fit.covariance, table.models), anchor, settings.seed, []),
      };
    },
    { components, cores: components },
  );
  return {
    ...result,
    warnings: [
      {
        code: 'prior',
        message: `Ratings are pulled to their mean by a normal prior with a standard deviation of ${Math.round(sigma * ELO_PER_LOGIT)} Elo points; intervals are the posterior's.`,
      },
      ...result.warnings,
    ],
  };
}

const TOLERANCE = 1e-11;
/** Shorter steps are taken whole: there the curvature is known. */
const SHORT_STEP = 1e-3;

/**
 * Newton's method with steps halved until they climb. The information gains 1/σ² on its diagonal, so it has a Cholesky
 * factor whatever the comparisons. At the maximum Σθ = 0, and its direction e is an eigenvector of the information: a
 * multiple of eeᵀ beside it moves nothing else, and keeps a wide prior from drowning in the rounding of the votes.
 * @returns `covariance` with an arbitrary variance of the mean; `centred` takes it off
 */
function fitWithPrior(
  table: PairTable,
  sigma: number,
): { readonly theta: Float64Array; readonly iterations: number; readonly covariance: SquareMatrix } {
  const m = table.models;
  const precision = 1 / sigma ** 2;
  let theta = new Float64Array(m);
  for (let iteration = 1; iteration <= 500; iteration += 1) {
    const gradient = theta.map((value) => -precision * value);
    const information = new Float64Array(m * m);
    for (let i = 0; i < m; i += 1) information[i * m + i] = precision;
    for (let cell = 0; cell < table.cells; cell += 1) {
      const [i, j] = [table.low[cell]!, table.high[cell]!];
      const gap = theta[i]! - theta[j]!;
      const [points, weight] = [table.points[cell]!, table.weight[cell]!];
      // points − weight σ(gap), without a difference of equals where one of the two won everything
      const residual = points * logistic(-gap) - (weight - points) * logistic(gap);
      const h = weight * logistic(gap) * logistic(-gap);
      gradient[i]! += residual;
      gradient[j]! -= residual;
      information[i * m + i]! += h;
      information[j * m + j]! += h;
      information[i * m + j]! -= h;
      information[j * m + i]! -= h;
    }
    let trace = 0;
    for (let i = 0; i < m; i += 1) trace += information[i * m + i]!;
    const factor = factorCholesky(
      information.map((value) => value + trace / m ** 2),
      m,
    );
    if (factor === null) break;
    const step = withoutMean(solveCholesky(factor, m, withoutMean(gradient)));
    const largest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!Number.isFinite(largest)) break;
    if (largest < TOLERANCE) return { theta, iterations: iteration, covariance: invertCholesky(factor, m) };
    theta = climb(table, precision, theta, step, largest);
  }
  throw notConverged(table);
}

/** The longest of step, step/2, step/4 … that climbs; the posterior is concave, so there is one. */
function climb(
  table: PairTable,
  precision: number,
  theta: Float64Array,
  step: Float64Array,
  largest: number,
): Float64Array<ArrayBuffer> {
  const at = (share: number) => theta.map((value, i) => value + share * step[i]!);
  const before = logPosterior(table, precision, theta);
  let share = 1;
  while (share * largest > SHORT_STEP && !(logPosterior(table, precision, at(share)) > before)) share /= 2;
  return at(share);
}

function logPosterior(table: PairTable, precision: number, theta: Float64Array): number {
  let sum = 0;
  for (const value of theta) sum -= (precision * value ** 2) / 2;
  for (let cell = 0; cell < table.cells; cell += 1) {
    const gap = theta[table.low[cell]!]! - theta[table.high[cell]!]!;
    const [points, weight] = [table.points[cell]!, table.weight[cell]!];
    sum -= points * softplus(-gap) + (weight - points) * softplus(gap);
  }
  return sum;
}

/** ln(1 + eˣ). */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function withoutMean(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** P V P with P = I − 11ᵀ/m: the error about the mean of the group, which is where the scale is fixed. */
function centred(covariance: SquareMatrix, m: number): SquareMatrix {
  const rows = new Float64Array(m);
  let all = 0;
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < m; j += 1) rows[i]! += covariance[i * m + j]! / m;
    all += rows[i]! / m;
  }
  return covariance.map((value, at) => value - rows[Math.floor(at / m)]! - rows[at % m]! + all);
}
