import { factorCholesky, invertCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { logistic } from './elo-scale.ts';
import { centre, fixGauge, releaseGauge } from './fit-tie-model.ts';
import { logSigmoid } from './tie-models.ts';

/** Comparisons with features, one row each: P(i beats j) = σ(θ_i − θ_j + xᵀβ), x told from i's side. */
export type ContextualRows = {
  readonly length: number;
  readonly models: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  /** i's share of the point, 0..1. */
  readonly points: Float64Array;
  readonly weight: Float64Array;
  readonly width: number;
  /** `width` numbers a row, row after row. */
  readonly features: Float64Array;
};

/** Log-likelihood with its slope and curvature by (θ, β), written into arrays of n and n² numbers, n = models + width. */
export type ContextualPass = (
  rows: ContextualRows,
  theta: Float64Array,
  beta: Float64Array,
  gradient: Float64Array,
  information: SquareMatrix,
) => number;

export type ContextualMaximum = {
  /** Logits, Σθ = 0. */
  readonly theta: Float64Array;
  readonly beta: Float64Array;
  readonly iterations: number;
};

export type ContextualFit = ContextualMaximum & {
  /** Pseudo-inverse of the joint information of (θ, β), ridge included. */
  readonly inverse: SquareMatrix;
};

const TOLERANCE = 1e-10;
const MAX_ITERATIONS = 100;
const LONGEST_STEP = 4;
/** Further out a coefficient means a feature that decides everything: the maximum is at infinity. */
const LARGEST_COEFFICIENT = 30;

/**
 * Maximum of log-likelihood − ½ λ Σβ² by Newton's method with backtracking.
 * @param ridge λ, >= 0
 * @param pass one pass over the rows; another one that gives the same numbers may be quicker
 * @returns null where the features cannot be told from the models, or where one of them decides every comparison
 */
export function fitContextual(
  rows: ContextualRows,
  ridge: number,
  start: ContextualMaximum | null = null,
  pass: ContextualPass = contextualPass,
): ContextualFit | null {
  const m = rows.models;
  const n = m + rows.width;
  let theta = start === null ? new Float64Array(m) : Float64Array.from(start.theta);
  let beta = start === null ? new Float64Array(rows.width) : Float64Array.from(start.beta);
  const gradient = new Float64Array(n);
  const information = new Float64Array(n * n);
  const penalised = (likelihood: number, at: Float64Array): number =>
    likelihood - 0.5 * ridge * at.reduce((sum, value) => sum + value * value, 0);
  const evaluate = (): number => {
    const value = penalised(pass(rows, theta, beta, gradient, information), beta);
    for (let k = 0; k < rows.width; k += 1) {
      gradient[m + k]! -= ridge * beta[k]!;
      information[(m + k) * (n + 1)]! += ridge;
    }
    return value;
  };
  let value = evaluate();
  for (let iteration = 1; iteration <= MAX_ITERATIONS; iteration += 1) {
    const epsilon = fixGauge(information, m, n);
    if (!isWellPosed(information, n)) return null;
    const factor = factorCholesky(information, n);
    if (factor === null) return null;
    const step = solveCholesky(factor, n, gradient);
    let largest = 0;
    let gain = 0;
    for (let k = 0; k < n; k += 1) {
      largest = Math.max(largest, Math.abs(step[k]!));
      gain += gradient[k]! * step[k]!;
    }
    if (!Number.isFinite(largest)) return null;
    if (largest < TOLERANCE) {
      centre(theta);
      const inverse = invertCholesky(factor, n);
      releaseGauge(inverse, m, n, epsilon);
      return { theta, beta, iterations: iteration, inverse };
    }
    let share = Math.min(1, LONGEST_STEP / largest);
    const [oldTheta, oldBeta, oldValue] = [theta, beta, value];
    for (;;) {
      theta = oldTheta.map((old, i) => old + share * step[i]!);
      beta = oldBeta.map((old, k) => old + share * step[m + k]!);
      value = evaluate();
      // a gain within rounding of the sum cannot be checked, and needs no check: the step is then tiny
      if (gain < -1e-9 * oldValue || value >= oldValue + 1e-4 * share * gain) break;
      share /= 2;
      if (share < 1e-12) return null;
    }
    if (beta.some((b) => Math.abs(b) > LARGEST_COEFFICIENT)) return null;
  }
  return null;
}

/** One pass, plainly. */
export function contextualPass(
  rows: ContextualRows,
  theta: Float64Array,
  beta: Float64Array,
  gradient: Float64Array,
  information: SquareMatrix,
): number {
  const { models: m, width, features } = rows;
  const n = m + width;
  gradient.fill(0);
  information.fill(0);
  let value = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const [i, j, y, w] = [rows.i[row]!, rows.j[row]!, rows.points[row]!, rows.weight[row]!];
    const at = row * width;
    let gap = theta[i]! - theta[j]!;
    for (let k = 0; k < width; k += 1) gap += features[at + k]! * beta[k]!;
    const p = logistic(gap);
    const residual = w * (y - p);
    const h = w * p * logistic(-gap);
    value += w * (y * logSigmoid(gap) + (1 - y) * logSigmoid(-gap));
    gradient[i]! += residual;
    gradient[j]! -= residual;
    information[i * n + i]! += h;
    information[j * n + j]! += h;
    information[i * n + j]! -= h;
    information[j * n + i]! -= h;
    for (let k = 0; k < width; k += 1) {
      const x = features[at + k]!;
      gradient[m + k]! += residual * x;
      information[i * n + m + k]! += h * x;
      information[j * n + m + k]! -= h * x;
      for (let l = 0; l <= k; l += 1) information[(m + k) * n + m + l]! += h * x * features[at + l]!;
    }
  }
  for (let k = 0; k < width; k += 1) {
    for (let l = 0; l < k; l += 1) information[(m + l) * n + m + k] = information[(m + k) * n + m + l]!;
    for (let i = 0; i < m; i += 1) information[(m + k) * n + i] = information[i * n + m + k]!;
  }
  return value;
}

/** Scaled to a unit diagonal, no pivot of the factor vanishes: every parameter can be told from the others. */
function isWellPosed(information: SquareMatrix, n: number): boolean {
  const scale = new Float64Array(n);
  for (let k = 0; k < n; k += 1) {
    const own = information[k * n + k]!;
    if (!(own > 0)) return false;
    scale[k] = 1 / Math.sqrt(own);
  }
  const factor = factorCholesky(
    information.map((value, at) => value * scale[Math.floor(at / n)]! * scale[at % n]!),
    n,
  );
  if (factor === null) return false;
  for (let k = 0; k < n; k += 1) if (factor[k * n + k]! < 1e-5) return false;
  return true;
}
