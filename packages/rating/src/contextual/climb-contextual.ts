import { factorCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { centre, fixGauge } from '../ties/fit-tie-model.ts';
import type { SumsAtPoint } from './contextual-sums.ts';

/** `theta`: logits, Σθ = 0. `beta`: logits for each feature's unit. */
export type ContextualPoint = { readonly theta: Float64Array; readonly beta: Float64Array };

export type ContextualTop = {
  readonly point: ContextualPoint;
  /** At the point one step, shorter than the tolerance, before the top. */
  readonly sums: SumsAtPoint;
  /** Of the information there, with penalty and gauge. */
  readonly factor: SquareMatrix;
  readonly epsilon: number;
  /** Passes over the rows. */
  readonly iterations: number;
};

export type Climb = {
  readonly start: ContextualPoint;
  /** λ >= 0 of ½ λ |β|². */
  readonly penalty: number;
  /** The last step is shorter than this; what is left after it is about its square. */
  readonly tolerance: number;
  /** Added to the slopes; null: nothing. */
  readonly offset: Float64Array | null;
  /** Guesses how far the slopes at `to` are from those that the tangents at `from` tell; null: no guess. */
  readonly bend: ((from: ContextualPoint, to: ContextualPoint) => Float64Array) | null;
  /** The first pass is far from the top, where rough sums do. */
  readonly isRoughFirst: boolean;
};

const MAX_PASSES = 100;
const LONGEST_STEP = 4;
/** Further out, in logits at a feature's usual size, a feature decides everything: the maximum is at infinity. */
const LARGEST_EFFECT = 30;
/** A pivot of the information, scaled to a unit diagonal, below which one parameter is told by the others. */
const SMALLEST_PIVOT = 1e-5;
/** Against the slope at a step's start, how far downhill its end may point. */
const OVERSHOT = -0.25;
/** Below this step rounding may be what is left: one that is not half of the one before ends the climb. */
const ROUNDING = 1e-7;

/**
 * Newton's method on the concave log-likelihood, a pass over the rows for each point.
 * @returns null where the features cannot be told from the models, or where one of them decides every comparison
 */
export function climbContextual(
  { start, penalty, tolerance, offset, bend, isRoughFirst }: Climb,
  sumsAt: (point: ContextualPoint, isRough: boolean) => SumsAtPoint,
): ContextualTop | null {
  const m = start.theta.length;
  let point = start;
  let sums = sumsAt(point, isRoughFirst);
  let before = Number.POSITIVE_INFINITY;
  for (let iterations = 1; iterations <= MAX_PASSES; ) {
    const slope = slopes(sums, point, penalty, offset);
    const information = sums.information();
    const sizes = usualSizes(information, m, m + point.beta.length);
    const solved = factor(information, m, point.beta.length, penalty);
    // what the rows allow to be told is seen at the first point and at the last
    if (solved === null || (iterations === 1 && solved.smallest < SMALLEST_PIVOT)) return null;
    const step = solveCholesky(solved.factor, slope.length, slope);
    const largest = sizeOf(step, m, sizes);
    if (!Number.isFinite(largest)) return null;
    const isEnd = largest < tolerance || (largest < ROUNDING && largest > 0.5 * before);
    if (isEnd && !(isRoughFirst && iterations === 1)) {
      if (solved.smallest < SMALLEST_PIVOT) return null;
      return { point: move(point, step, 1), sums, ...solved, iterations };
    }
    before = largest;
    const ahead = dot(slope, step);
    let share = Math.min(1, LONGEST_STEP / largest);
    if (bend !== null && share === 1) {
      const more = solveCholesky(solved.factor, slope.length, bend(point, move(point, step, 1)));
      const bent = step.map((value, k) => value + more[k]!);
      // a guess that is longer than the step, or leads down, is none
      if (sizeOf(more, m, sizes) < largest && dot(slope, bent) > 0) step.set(bent);
    }
    for (;;) {
      const next = move(point, step, share);
      sums = sumsAt(next, false);
      iterations += 1;
      const left = dot(slopes(sums, next, penalty, offset), step);
      // a step so short cannot overshoot but by rounding
      if (left >= OVERSHOT * ahead || share * largest < ROUNDING || iterations > MAX_PASSES) {
        point = next;
        break;
      }
      share *= Math.max(0.1, Math.min(0.7, ahead / (ahead - left)));
    }
    if (point.beta.some((value, f) => Math.abs(value) * sizes[f]! > LARGEST_EFFECT)) return null;
  }
  return null;
}

function slopes(
  sums: SumsAtPoint,
  { theta, beta }: ContextualPoint,
  penalty: number,
  offset: Float64Array | null,
): Float64Array {
  const slope = Float64Array.from(sums.gradient);
  beta.forEach((value, f) => {
    slope[theta.length + f]! -= penalty * value;
  });
  if (offset !== null) for (let k = 0; k < slope.length; k += 1) slope[k]! += offset[k]!;
  return slope;
}

/** Root mean square of each feature, as the information weighs the comparisons. */
function usualSizes(information: SquareMatrix, m: number, n: number): Float64Array {
  let trace = 0;
  for (let i = 0; i < m; i += 1) trace += information[i * (n + 1)]!;
  return Float64Array.from({ length: n - m }, (_, f) =>
    trace > 0 ? Math.sqrt(information[(m + f) * (n + 1)]! / (0.5 * trace)) : 0,
  );
}

function sizeOf(step: Float64Array, m: number, sizes: Float64Array): number {
  let largest = 0;
  for (let k = 0; k < step.length; k += 1) {
    const size = Math.abs(step[k]!) * (k < m ? 1 : sizes[k - m]!);
    // NaN is no larger than anything, and must not be missed
    if (!(size <= largest)) largest = size;
  }
  return largest;
}

/** Cholesky factor of the information with penalty and gauge; `smallest`: its least pivot, scaled to a unit diagonal. */
function factor(
  information: SquareMatrix,
  m: number,
  width: number,
  penalty: number,
): { readonly factor: SquareMatrix; readonly epsilon: number; readonly smallest: number } | null {
  const n = m + width;
  for (let f = m; f < n; f += 1) information[f * (n + 1)]! += penalty;
  const epsilon = fixGauge(information, m, n);
  const lower = factorCholesky(information, n);
  if (lower === null) return null;
  let smallest = 1;
  for (let k = 0; k < n; k += 1) {
    const pivot = lower[k * (n + 1)]! / Math.sqrt(information[k * (n + 1)]!);
    if (!(pivot >= smallest)) smallest = pivot;
  }
  return { factor: lower, epsilon, smallest };
}

function move({ theta, beta }: ContextualPoint, step: Float64Array, share: number): ContextualPoint {
  const moved = {
    theta: theta.map((value, i) => value + share * step[i]!),
    beta: beta.map((value, f) => value + share * step[theta.length + f]!),
  };
  centre(moved.theta);
  return moved;
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < left.length; k += 1) sum += left[k]! * right[k]!;
  return sum;
}
