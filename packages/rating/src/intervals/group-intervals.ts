import type { RatingWarning } from '@agon/domain';
import {
  bootstrapShortfall,
  bootstrapTail,
  factorCholesky,
  factorSemidefinite,
  gramMatrix,
  quantiles,
  type SquareMatrix,
  shapeDraws,
  shapeDrawsByRoot,
  student95,
  studentScales,
} from '@agon/stats';
import type { BootstrapDraws } from '../bootstrap/bootstrap-draws.ts';
import { KeptDraws, scaleRows } from './kept-draws.ts';
import { type RankSet, rankSets } from './rank-sets.ts';

/** 95 % intervals of one rated group, in logits from the anchor (the anchor model, or the group's mean). */
export type GroupIntervals = {
  readonly low: Float64Array | null;
  readonly high: Float64Array | null;
  readonly ranks: readonly RankSet[] | null;
  readonly warnings: readonly RatingWarning[];
};

/** Draws of the normal error for rank sets: the limit's own error is then about 1 % of it. */
const RANK_DRAWS = 1000;
const rankNoise = new KeptDraws('ranks', RANK_DRAWS);

export function withoutIntervals(warnings: readonly RatingWarning[]): GroupIntervals {
  return { low: null, high: null, ranks: null, warnings };
}

/** What is known of a covariance besides itself. */
export type CovarianceFacts = {
  /** Lower triangular G with the covariance GᵀG but for a common shift. */
  readonly root?: SquareMatrix | null;
  /** See `degreesOfFreedom`; Infinity where absent. */
  readonly degrees?: number;
};

/**
 * θ ± t·se from a covariance under Σθ = 0.
 * @param anchor number of the anchor model in the group, or -1 for the mean
 */
export function fromCovariance(
  theta: Float64Array,
  covariance: SquareMatrix,
  anchor: number,
  seed: number,
  warnings: readonly RatingWarning[],
  { root = null, degrees = Number.POSITIVE_INFINITY }: CovarianceFacts = {},
): GroupIntervals {
  const m = theta.length;
  const reach = student95(degrees);
  const origin = anchor < 0 ? 0 : theta[anchor]!;
  const half = theta.map((_, i) => {
    const own = covariance[i * m + i]!;
    const variance =
      anchor < 0 ? own : own + covariance[anchor * m + anchor]! - 2 * covariance[i * m + anchor]!;
    // rounding may leave the anchor's own variance a hair below zero
    return reach * Math.sqrt(Math.max(0, variance));
  });
  const notes = [...warnings];
  if (half.every((width) => width < NO_WIDTH)) {
    notes.push({
      code: 'no_variance',
      message:
        'Every comparison came out exactly as fitted (all ties, for example), so the intervals have no width; more varied votes are needed to know the error.',
    });
  }
  return {
    low: theta.map((value, i) => value - origin - half[i]!),
    high: theta.map((value, i) => value - origin + half[i]!),
    ranks: rankSets(theta, covariance, drawDeviations(covariance, m, seed, root, degrees), RANK_DRAWS),
    warnings: notes,
  };
}

const NO_WIDTH = 1e-7;

/**
 * Percentiles 2.5 and 97.5 of the refitted ratings; further out where few clusters were drawn.
 * @param degrees see `degreesOfFreedom`
 */
export function fromDraws(
  theta: Float64Array,
  draws: BootstrapDraws,
  anchor: number,
  degrees = Number.POSITIVE_INFINITY,
): GroupIntervals {
  const m = theta.length;
  const warnings: RatingWarning[] = [];
  const rounds = draws.kept + draws.dropped;
  if (draws.dropped > 0) {
    warnings.push({
      code: 'bootstrap_dropped',
      message: `In ${draws.dropped} of ${rounds} bootstrap rounds some model won or lost everything; they are left out, so the intervals are too narrow.`,
    });
  }
  // with half of the rounds gone, the rest says little
  if (draws.kept < 2 || draws.kept < draws.dropped) return withoutIntervals(warnings);
  const low = new Float64Array(m);
  const high = new Float64Array(m);
  const values = new Float64Array(draws.kept);
  const tail = bootstrapTail(degrees);
  const deviations = new Float64Array(draws.kept * m);
  for (let i = 0; i < m; i += 1) {
    for (let k = 0; k < draws.kept; k += 1) {
      const value = draws.theta[k * m + i]!;
      values[k] = anchor < 0 ? value : value - draws.theta[k * m + anchor]!;
      deviations[k * m + i] = value - theta[i]!;
    }
    [low[i], high[i]] = quantiles(values, [tail, 1 - tail]) as [number, number];
  }
  const covariance = momentMatrix(deviations, draws.kept, m);
  if (Number.isFinite(degrees)) {
    const short = bootstrapShortfall(degrees);
    scaleRows(
      deviations,
      m,
      studentScales('ranks/student', draws.kept, degrees).map((scale) => short * scale),
    );
  }
  const ranks = rankSets(theta, covariance, deviations, draws.kept);
  return { low, high, ranks, warnings };
}

/**
 * Draws of Student's t with this covariance's shape, row by row, but for a shift of each row: only differences are looked at, so the direction
 * in which a covariance under Σθ = 0 is blind may be filled, and the matrix factored at once.
 */
function drawDeviations(
  covariance: SquareMatrix,
  m: number,
  seed: number,
  root: SquareMatrix | null,
  degrees: number,
): Float64Array {
  const noise = rankNoise.student(seed, m, degrees);
  if (root !== null) return shapeDrawsByRoot(noise, RANK_DRAWS, root, m);
  let trace = 0;
  for (let i = 0; i < m; i += 1) trace += covariance[i * m + i]!;
  const filled = covariance.slice();
  for (let k = 0; k < m * m; k += 1) filled[k]! += trace / (m * m);
  const lower = factorCholesky(filled, m) ?? factorSemidefinite(covariance, m);
  return shapeDraws(noise, RANK_DRAWS, lower, m);
}

/** Second moments about zero: the spread of refits around the fit. */
function momentMatrix(deviations: Float64Array, draws: number, m: number): SquareMatrix {
  return gramMatrix(deviations, draws, m).map((value) => value / draws);
}
