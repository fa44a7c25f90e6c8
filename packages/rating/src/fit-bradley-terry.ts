import { ArenaError } from '@agon/domain';
import { factorCholesky, invertCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { logistic } from './elo-scale.ts';
import type { PairTable } from './pair-table.ts';

export type Maximum = {
  /** Logits, Σθ = 0. */
  readonly theta: Float64Array;
  readonly iterations: number;
};

export type BradleyTerryFit = Maximum & {
  /** Pseudo-inverse H⁺ of the information, models × models: the covariance if votes were plain coin tosses. */
  readonly inverse: SquareMatrix;
};

/** Logits between two steps below which the maximum is reached. */
const TOLERANCE = 1e-10;
const MAX_ITERATIONS = 100;

/**
 * Maximum likelihood of P(i beats j) = σ(θ_i − θ_j), ties as halves, by Newton's method on pair counts. The models of
 * `table` must be strongly connected (see `connectModels`); then the maximum exists, and Newton with backtracking
 * reaches it from anywhere because the likelihood is concave.
 * @throws ArenaError('not_converged') where the weights span more than double precision can hold
 */
export function fitBradleyTerry(table: PairTable): BradleyTerryFit {
  const maximum = maximiseBradleyTerry(table, new Float64Array(table.models));
  const inverse = maximum === null ? null : pseudoInverse(table, maximum.theta);
  if (maximum === null || inverse === null) {
    throw new ArenaError('not_converged', 'The ratings could not be fitted to working precision.', {
      hint: 'Weights many orders of magnitude apart cause this; rescale or drop the smallest.',
      data: { models: table.models, pairs: table.cells },
    });
  }
  return { ...maximum, inverse };
}

/** The maximum alone, from any start; null where the weights span more than double precision can hold. */
export function maximiseBradleyTerry(table: PairTable, start: Float64Array): Maximum | null {
  const m = table.models;
  let theta: Float64Array = Float64Array.from(start);
  let value = logLikelihood(table, theta);
  for (let iteration = 1; iteration <= MAX_ITERATIONS; iteration += 1) {
    const { gradient, information } = derivatives(table, theta);
    fixGauge(information, m);
    const factor = factorCholesky(information, m);
    if (factor === null) break;
    const step = solveCholesky(factor, m, gradient);
    let gain = 0;
    for (let i = 0; i < m; i += 1) gain += gradient[i]! * step[i]!;
    let share = 1;
    let next = moved(theta, step, share);
    let nextValue = logLikelihood(table, next);
    // a gain within rounding of the sum cannot be checked, and needs no check: the step is then tiny
    const checkable = gain > -1e-9 * value;
    while (checkable && !(nextValue >= value + 1e-4 * share * gain) && share > 1e-6) {
      share /= 2;
      next = moved(theta, step, share);
      nextValue = logLikelihood(table, next);
    }
    let largest = 0;
    for (let i = 0; i < m; i += 1) largest = Math.max(largest, Math.abs(next[i]! - theta[i]!));
    theta = next;
    value = nextValue;
    if (!Number.isFinite(largest)) break;
    if (largest < TOLERANCE) {
      centre(theta);
      return { theta, iterations: iteration };
    }
  }
  return null;
}

function logLikelihood(table: PairTable, theta: Float64Array): number {
  let sum = 0;
  for (let cell = 0; cell < table.cells; cell += 1) {
    const gap = theta[table.low[cell]!]! - theta[table.high[cell]!]!;
    const lost = table.weight[cell]! - table.points[cell]!;
    // ln σ(gap) = min(gap, 0) − ln(1 + e^−|gap|)
    const tail = Math.log1p(Math.exp(-Math.abs(gap)));
    sum += table.points[cell]! * (Math.min(gap, 0) - tail) + lost * (Math.min(-gap, 0) - tail);
  }
  return sum;
}

/** Slope of the log-likelihood by θ, and the information H = −(its second derivative). */
function derivatives(
  table: PairTable,
  theta: Float64Array,
): { gradient: Float64Array; information: SquareMatrix } {
  const m = table.models;
  const gradient = new Float64Array(m);
  const information = new Float64Array(m * m);
  for (let cell = 0; cell < table.cells; cell += 1) {
    const i = table.low[cell]!;
    const j = table.high[cell]!;
    const gap = theta[i]! - theta[j]!;
    const p = logistic(gap);
    const residual = table.points[cell]! - table.weight[cell]! * p;
    gradient[i]! += residual;
    gradient[j]! -= residual;
    const h = table.weight[cell]! * p * logistic(-gap);
    information[i * m + i]! += h;
    information[j * m + j]! += h;
    information[i * m + j]! -= h;
    information[j * m + i]! -= h;
  }
  return { gradient, information };
}

/**
 * Adds ε 11ᵀ in place and returns ε. The information is blind to a common shift; this makes it invertible without
 * changing any difference, and its effect on the inverse is exactly 11ᵀ / (ε m²), which is taken off again.
 */
function fixGauge(information: SquareMatrix, m: number): number {
  let trace = 0;
  for (let i = 0; i < m; i += 1) trace += information[i * m + i]!;
  const epsilon = trace / (m * m);
  for (let k = 0; k < m * m; k += 1) information[k]! += epsilon;
  return epsilon;
}

function pseudoInverse(table: PairTable, theta: Float64Array): SquareMatrix | null {
  const m = table.models;
  const { information } = derivatives(table, theta);
  const epsilon = fixGauge(information, m);
  const factor = factorCholesky(information, m);
  if (factor === null) return null;
  const inverse = invertCholesky(factor, m);
  const shift = 1 / (epsilon * m * m);
  for (let k = 0; k < m * m; k += 1) inverse[k]! -= shift;
  return inverse;
}

function moved(theta: Float64Array, step: Float64Array, share: number): Float64Array {
  return theta.map((value, i) => value + share * step[i]!);
}

function centre(theta: Float64Array): void {
  let sum = 0;
  for (const value of theta) sum += value;
  const mean = sum / theta.length;
  for (let i = 0; i < theta.length; i += 1) theta[i]! -= mean;
}
