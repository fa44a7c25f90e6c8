import { ArenaError, type RatingSettings } from '@agon/domain';
import {
  factorCholesky,
  invertCholesky,
  type SquareMatrix,
  sandwichProduct,
  solveCholesky,
} from '@agon/stats';
import { ContextualSums } from './contextual-sums.ts';
import { type SumsAtPoint, sumContextualFast } from './contextual-sums-fast.ts';
import { type ContextualColumns, scanContextualRows } from './scan-contextual-rows.ts';

export type StreamedContextualFit = {
  /** Logits, Σθ = 0: ratings at equal features. */
  readonly theta: Float64Array;
  /** Logits for each feature's unit. */
  readonly beta: Float64Array;
  /**
   * Of (θ, β), side m + width, under Σθ = 0. `inverse`: of the information, the covariance if the model were the whole
   * truth; `covariance`: the sandwich of independent comparisons.
   */
  readonly inverse: SquareMatrix;
  readonly covariance: SquareMatrix;
  readonly iterations: number;
};

/**
 * Logits. What is left after a step of Newton's is about its square, so a step below 1e-6 ends within 1e-12. After a step
 * below NEAR the next pass is likely the last, and sums the meat as well.
 */
const TOLERANCE = 1e-6;
const NEAR = 3e-3;
const MAX_ITERATIONS = 60;
const LONGEST_STEP = 3;
/** From this many rows on, a sample finds the start: every pass over all rows that it saves pays for it many times. */
const SAMPLED_ROWS = 400_000;
const SAMPLE_SIZE = 150_000;

/**
 * Bradley–Terry with features: P(a beats b) = σ(θ_a − θ_b + xᵀβ), ties as halves, by Newton's method in streaming passes;
 * no copy of the rows is kept. The models of the group must be strongly connected (see `connectModels`).
 * @param place from a model's code to its number in the group, or -1
 * @param start logits to begin at: the fit without features, one a model of the group
 * @param penalty λ >= 0 of ½ λ |β|² on the summed loss; 0: maximum likelihood
 * @throws ArenaError('not_converged') where a feature tells every outcome, or features depend on each other
 */
export function fitStreamedContextual(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  start: Float64Array,
  penalty = 0,
): StreamedContextualFit {
  const m = start.length;
  const { width } = columns;
  const sums = (point: Point, step: number, withMeat: boolean): SumsAtPoint => {
    const fast =
      step === 1 ? sumContextualFast(columns, settings, place, point.theta, point.beta, withMeat) : null;
    if (fast !== null) return fast;
    const total = new ContextualSums(point.theta, point.beta, withMeat);
    scanContextualRows(columns, settings, place, step, (block) => total.add(block));
    return total;
  };
  let point: Point = { theta: Float64Array.from(start), beta: new Float64Array(width) };
  let iterations = 0;
  if (columns.length >= SAMPLED_ROWS) {
    const step = Math.floor(columns.length / SAMPLE_SIZE);
    const near = climb(point, penalty * (1 / step), 1e-3, (at) => sums(at, step, false));
    // a sample may separate what all rows do not; then they start where they would without it
    if (near !== null) {
      point = near.point;
      iterations = near.iterations;
    }
  }
  const top = climb(point, penalty, TOLERANCE, (at, last) => sums(at, 1, last));
  const inverse = top === null ? null : gaugedInverse(top.sums.information(), m, width, penalty);
  if (top === null || inverse === null) {
    throw new ArenaError('not_converged', 'The ratings with features could not be fitted.', {
      hint: 'A feature that tells every outcome, or two features that say the same, cause this; drop one, or set a penalty.',
      data: { models: m, features: width },
    });
  }
  const meat = top.sums.meat();
  return {
    ...top.point,
    inverse,
    covariance: sandwichProduct(inverse, meat, m + width),
    iterations: iterations + top.iterations,
  };
}

type Point = { readonly theta: Float64Array; readonly beta: Float64Array };

/** Newton's steps to the top; the sums returned are those one step, shorter than `tolerance`, before it. */
function climb(
  start: Point,
  penalty: number,
  tolerance: number,
  sumsAt: (point: Point, last: boolean) => SumsAtPoint,
): { readonly point: Point; readonly sums: SumsAtPoint; readonly iterations: number } | null {
  const m = start.theta.length;
  const width = start.beta.length;
  let point = start;
  let before = Number.POSITIVE_INFINITY;
  for (let iteration = 1; iteration <= MAX_ITERATIONS; iteration += 1) {
    const last = before < NEAR;
    const sums = sumsAt(point, last);
    const gradient = Float64Array.from(sums.gradient);
    for (let f = 0; f < width; f += 1) gradient[m + f]! -= penalty * point.beta[f]!;
    const factor = gaugedFactor(sums.information(), m, width, penalty)?.factor;
    if (factor === undefined) return null;
    const step = solveCholesky(factor, m + width, gradient);
    let largest = 0;
    for (const value of step) largest = Math.max(largest, Math.abs(value));
    if (!Number.isFinite(largest)) return null;
    const share = Math.min(1, LONGEST_STEP / largest);
    const theta = point.theta.map((value, i) => value + share * step[i]!);
    const mean = theta.reduce((sum, value) => sum + value, 0) / m;
    point = {
      theta: theta.map((value) => value - mean),
      beta: point.beta.map((value, f) => value + share * step[m + f]!),
    };
    if (largest < tolerance && (last || tolerance > TOLERANCE)) return { point, sums, iterations: iteration };
    before = largest;
  }
  return null;
}

/** As without features: ε 11ᵀ on the models' block makes the information invertible and changes no difference. */
function gaugedFactor(
  information: SquareMatrix,
  m: number,
  width: number,
  penalty: number,
): { readonly factor: SquareMatrix; readonly epsilon: number } | null {
  const n = m + width;
  let trace = 0;
  for (let i = 0; i < m; i += 1) trace += information[i * n + i]!;
  const epsilon = trace / (m * m);
  for (let i = 0; i < m; i += 1) for (let j = 0; j < m; j += 1) information[i * n + j]! += epsilon;
  for (let f = m; f < n; f += 1) information[f * n + f]! += penalty;
  const factor = factorCholesky(information, n);
  return factor === null ? null : { factor, epsilon };
}

function gaugedInverse(
  information: SquareMatrix,
  m: number,
  width: number,
  penalty: number,
): SquareMatrix | null {
  const n = m + width;
  const gauged = gaugedFactor(information, m, width, penalty);
  if (gauged === null) return null;
  const inverse = invertCholesky(gauged.factor, n);
  const shift = 1 / (gauged.epsilon * m * m);
  for (let i = 0; i < m; i += 1) for (let j = 0; j < m; j += 1) inverse[i * n + j]! -= shift;
  return inverse;
}
