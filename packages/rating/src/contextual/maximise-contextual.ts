import type { RatingSettings } from '@agon/domain';
import { invertCholesky, type SquareMatrix } from '@agon/stats';
import { releaseGauge } from '../ties/fit-tie-model.ts';
import { type ContextualPoint, type ContextualTop, climbContextual } from './climb-contextual.ts';
import type { SumsAtPoint } from './contextual-sums.ts';
import { type ContextualColumns, sampleColumns } from './scan-contextual-rows.ts';
import { sumContextual } from './sum-contextual.ts';

/** Logits. What is left after a step of Newton's is about its square. */
const TOLERANCE = 1e-10;
/**
 * The same for so many rows that a pass is dear: at most half the square, 1e-6 Elo points, is left (seen: a tenth of that),
 * and errors are right to 1e-4 of themselves.
 */
const TOLERANCE_MANY = 1e-4;
/** From this many rows on, a sample finds the start: every pass over all rows that it saves pays for it many times. */
export const MANY_ROWS = 400_000;
const SAMPLE_SIZE = 200_000;

/**
 * Bradley–Terry with features: P(a beats b) = σ(θ_a − θ_b + xᵀβ), ties as halves: the maximum of log-likelihood − ½ λ |β|²
 * by Newton's method in streaming passes; no copy of the rows is kept. The models of the group must be strongly connected
 * (see `connectModels`).
 * @param place from a model's code to its number in the group, or -1
 * @param start θ the fit without features, logits with Σθ = 0; β zero
 * @param penalty λ >= 0 on the summed loss; 0: maximum likelihood
 * @returns null where the features cannot be told from the models, or where one of them decides every comparison
 */
export function maximiseContextual(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  start: ContextualPoint,
  penalty: number,
): ContextualTop | null {
  if (columns.length < MANY_ROWS) return climbAllRows(columns, settings, place, start, penalty);
  const step = Math.floor(columns.length / SAMPLE_SIZE);
  const sample = sampleColumns(columns, step);
  const sampled = (point: ContextualPoint): SumsAtPoint =>
    sumContextual({ columns: sample, settings, place, ...point, isRough: false });
  return climbContextual(
    {
      start: startFromSample(start, penalty / step, sampled),
      penalty,
      tolerance: TOLERANCE_MANY,
      offset: null,
      bend: (from, to) => bendOfSample(from, to, step, sampled),
      isRoughFirst: true,
    },
    (point, isRough) => sumContextual({ columns, settings, place, ...point, isRough }),
  );
}

/** The same, from any start and without a sample. */
export function climbAllRows(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  start: ContextualPoint,
  penalty: number,
): ContextualTop | null {
  return climbContextual(
    { start, penalty, tolerance: TOLERANCE, offset: null, bend: null, isRoughFirst: false },
    (point) => sumContextual({ columns, settings, place, ...point, isRough: false }),
  );
}

/**
 * The top on a part of the rows, freed from most of the part's own chance: where θ is the fit of all rows without
 * features, the slopes of all rows by θ are zero there, and those of the part are taken off. What then is left to chance
 * is how much features matter, and not how good models are.
 */
function startFromSample(
  start: ContextualPoint,
  penalty: number,
  sampled: (point: ContextualPoint) => SumsAtPoint,
): ContextualPoint {
  const offset = sampled(start).gradient.map((slope, k) => (k < start.theta.length ? -slope : 0));
  const near = climbContextual(
    { start, penalty, tolerance: 1e-3, offset, bend: null, isRoughFirst: false },
    sampled,
  );
  // a sample may lack models that all rows have; then they start where they would without it
  return near?.point ?? start;
}

/** What all rows' slopes do beside their tangents, in a part of them, times `step`: it saves a pass over all rows. */
function bendOfSample(
  from: ContextualPoint,
  to: ContextualPoint,
  step: number,
  sampled: (point: ContextualPoint) => SumsAtPoint,
): Float64Array {
  const before = sampled(from);
  const information = before.information();
  const moved = Float64Array.from([
    ...to.theta.map((value, i) => value - from.theta[i]!),
    ...to.beta.map((value, f) => value - from.beta[f]!),
  ]);
  const n = moved.length;
  return sampled(to).gradient.map((slope, k) => {
    let change = slope - before.gradient[k]!;
    for (let l = 0; l < n; l += 1) change += information[k * n + l]! * moved[l]!;
    return step * change;
  });
}

/** Pseudo-inverse of the joint information of (θ, β), penalty included. */
export function invertInformation({ factor, epsilon, point }: ContextualTop): SquareMatrix {
  const m = point.theta.length;
  const n = m + point.beta.length;
  const inverse = invertCholesky(factor, n);
  releaseGauge(inverse, m, n, epsilon);
  return inverse;
}

/**
 * Σ u uᵀ, every comparison its own draw. With a penalty the scores do not sum to zero: each gives back its part λβ / n,
 * which takes λ² ββᵀ / n from the features' block and nothing from the others.
 */
export function independentMeat(
  { sums, point: { theta, beta } }: ContextualTop,
  penalty: number,
): SquareMatrix {
  const meat = sums.meat();
  const m = theta.length;
  const n = m + beta.length;
  for (let f = 0; f < beta.length; f += 1) {
    for (let g = 0; g < beta.length; g += 1) {
      meat[(m + f) * n + m + g]! -= (penalty * penalty * beta[f]! * beta[g]!) / sums.rows;
    }
  }
  return meat;
}
