import { ArenaError } from '@agon/domain';
import { factorCholesky, invertCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import type { FittedPairs } from '../pairs/pair-table.ts';

export type Maximum = {
  /** Logits, Σθ = 0. */
  readonly theta: Float64Array;
  readonly iterations: number;
};

export type BradleyTerryFit = Maximum & {
  /**
   * The information H at the maximum with `gauge` added to every entry, models × models: invertible (see `fixGauge`). Made
   * when first asked for, as the inverse is: many fits are only looked at for their ratings.
   */
  readonly information: SquareMatrix;
  readonly gauge: number;
  /** Pseudo-inverse H⁺, models × models: the covariance if votes were plain coin tosses. */
  readonly inverse: SquareMatrix;
};

/** Logits between two steps below which the maximum is reached. */
const TOLERANCE = 1e-10;
const MAX_ITERATIONS = 100;

/**
 * Maximum likelihood of P(i beats j) = σ(θ_i − θ_j), ties as halves, by Newton's method on pair counts. The models of
 * `table` must be strongly connected (see `connectModels`); then the maximum exists, and Newton with backtracking
 * reaches it from anywhere because the likelihood is concave.
 * @param start logits near the maximum, where they are known; the end is the same to `REST`, not to the last bit
 * @throws ArenaError('not_converged') where the weights span more than double precision can hold
 */
export function fitBradleyTerry(table: FittedPairs, start: Float64Array | null = null): BradleyTerryFit {
  const m = table.models;
  const maximum =
    (start === null ? null : approachByChords(table, start)) ??
    maximiseBradleyTerry(table, new Float64Array(m));
  if (maximum === null) throw notConverged(table);
  let gauged: Pick<BradleyTerryFit, 'information' | 'gauge'> | null = null;
  let inverse: SquareMatrix | null = null;
  const gaugedInformation = () => {
    gauged ??= informationAt(table, maximum.theta);
    return gauged;
  };
  return {
    ...maximum,
    get information() {
      return gaugedInformation().information;
    },
    get gauge() {
      return gaugedInformation().gauge;
    },
    get inverse() {
      const { information, gauge } = gaugedInformation();
      inverse ??= invertGauged(information, gauge, m);
      if (inverse === null) throw notConverged(table);
      return inverse;
    },
  };
}

function informationAt(
  table: FittedPairs,
  theta: Float64Array,
): Pick<BradleyTerryFit, 'information' | 'gauge'> {
  const strength = strengthsOf(theta);
  const information =
    strength === null ? derivatives(table, theta).information : informationFrom(table, strength);
  return { information, gauge: fixGauge(information, table.models) };
}

function notConverged(table: FittedPairs): ArenaError {
  return new ArenaError('not_converged', 'The ratings could not be fitted to working precision.', {
    hint: 'Weights many orders of magnitude apart cause this; rescale or drop the smallest.',
    data: { models: table.models, pairs: table.cells },
  });
}

/** The maximum alone, from any start; null where the weights span more than double precision can hold. */
export function maximiseBradleyTerry(table: FittedPairs, start: Float64Array): Maximum | null {
  return approachByChords(table, start) ?? approachByNewton(table, start);
}

/** Sweeps before the first factor: they bring a start from zero near enough for it to serve to the end. */
const SWEEPS = 6;
/** Steps that shrink less than this need a new factor. */
const SLOW = 0.3;
const MAX_CHORDS = 14;
/** Logits that may be missing after the last step: 1e-9 Elo points lie between fits from any two starts. */
const REST = 2e-12;
/** Logits; a longer first step means that the start was far, and only backtracking is safe. */
const LONGEST_STEP = 2;

/**
 * The quick way for ordinary data: a few sweeps, then Newton's steps with one factor for as long as they shrink fast
 * (chord steps). Strengths π = e^θ make a probability one division. null where it does not settle at once.
 */
function approachByChords(table: FittedPairs, start: Float64Array): Maximum | null {
  const m = table.models;
  const theta = Float64Array.from(start);
  const strength = new Float64Array(m);
  const sweeps = start.every((value) => value === 0) ? SWEEPS : 0;
  if (sweeps > 0) sweep(table, theta, sweeps);
  let factor: SquareMatrix | null = null;
  let before = Number.POSITIVE_INFINITY;
  for (let iteration = 1; iteration <= MAX_CHORDS; iteration += 1) {
    for (let i = 0; i < m; i += 1) strength[i] = Math.exp(theta[i]!);
    if (factor === null) {
      const information = informationFrom(table, strength);
      fixGauge(information, m);
      factor = factorCholesky(information, m);
      if (factor === null) return null;
      before = Number.POSITIVE_INFINITY;
    }
    const step = solveCholesky(factor, m, gradientFrom(table, strength));
    let largest = 0;
    for (let i = 0; i < m; i += 1) {
      theta[i]! += step[i]!;
      largest = Math.max(largest, Math.abs(step[i]!));
    }
    // also refuses NaN
    if (!(largest <= LONGEST_STEP)) return null;
    // steps that stay small without shrinking are rounding; of those that shrink by a rate all the rest is a series
    const isSettled =
      largest > SLOW * before ? before < TOLERANCE : (largest * largest) / (before - largest) < REST;
    if (largest < TOLERANCE && isSettled) {
      centre(theta);
      return { theta, iterations: iteration + sweeps };
    }
    if (largest > SLOW * before) factor = null;
    before = largest;
  }
  return null;
}

// In the passes below the cells of one higher model follow each other, as a `PairCounter` gives them: its sums stay in
// registers instead of waiting for the store before. In any other order the bits are the same.

/**
 * Sweeps of Newman (2023, Journal of Machine Learning Research 24(238)): each strength is its points weighted by the
 * others' over its losses weighted likewise. All at once, so only half the way in logits: two models would else swing
 * about the answer for ever.
 */
function sweep(table: FittedPairs, theta: Float64Array, rounds: number): void {
  const { models: m, cells, low, high, weight, points } = table;
  const strength = new Float64Array(m).fill(1);
  const gained = new Float64Array(m);
  const given = new Float64Array(m);
  for (let round = 0; round < rounds; round += 1) {
    gained.fill(0);
    given.fill(0);
    for (let cell = 0; cell < cells; ) {
      const j = high[cell]!;
      const other = strength[j]!;
      let gain = gained[j]!;
      let gift = given[j]!;
      for (; cell < cells && high[cell] === j; cell += 1) {
        const i = low[cell]!;
        const own = strength[i]!;
        const share = 1 / (own + other);
        const won = points[cell]! * share;
        const lost = (weight[cell]! - points[cell]!) * share;
        gained[i]! += won * other;
        given[i]! += lost;
        gain += lost * own;
        gift += won;
      }
      gained[j] = gain;
      given[j] = gift;
    }
    for (let i = 0; i < m; i += 1) strength[i] = Math.sqrt((strength[i]! * gained[i]!) / given[i]!);
  }
  for (let i = 0; i < m; i += 1) theta[i] = Math.log(strength[i]!);
  centre(theta);
}

function gradientFrom({ models, cells, low, high, weight, points }: FittedPairs, strength: Float64Array) {
  const gradient = new Float64Array(models);
  for (let cell = 0; cell < cells; ) {
    const j = high[cell]!;
    const other = strength[j]!;
    let sum = gradient[j]!;
    for (; cell < cells && high[cell] === j; cell += 1) {
      const own = strength[low[cell]!]!;
      const residual = points[cell]! - (weight[cell]! * own) / (own + other);
      gradient[low[cell]!]! += residual;
      sum -= residual;
    }
    gradient[j] = sum;
  }
  return gradient;
}

function informationFrom(
  { models: m, cells, low, high, weight }: FittedPairs,
  strength: Float64Array,
): SquareMatrix {
  const information = new Float64Array(m * m);
  for (let cell = 0; cell < cells; ) {
    const j = high[cell]!;
    const other = strength[j]!;
    let sum = information[j * m + j]!;
    for (; cell < cells && high[cell] === j; cell += 1) {
      const i = low[cell]!;
      const own = strength[i]!;
      const share = 1 / (own + other);
      const h = weight[cell]! * (own * share) * (other * share);
      information[i * m + i]! += h;
      sum += h;
      information[i * m + j]! -= h;
      information[j * m + i]! -= h;
    }
    information[j * m + j] = sum;
  }
  return information;
}

/** The sure way: a new factor for each step, and a step only as long as the likelihood grows. */
function approachByNewton(table: FittedPairs, start: Float64Array): Maximum | null {
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

function logLikelihood(table: FittedPairs, theta: Float64Array): number {
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
  table: FittedPairs,
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
 * Adds ε 11ᵀ in place and returns ε. Informations and sums of scores are blind to a common shift; this makes them
 * invertible without changing any difference, and its effect on the inverse is exactly 11ᵀ / (ε m²), which is taken off
 * again.
 */
export function fixGauge(information: SquareMatrix, m: number): number {
  let trace = 0;
  for (let i = 0; i < m; i += 1) trace += information[i * m + i]!;
  const epsilon = trace / (m * m);
  for (let k = 0; k < m * m; k += 1) information[k]! += epsilon;
  return epsilon;
}

/** Beyond it strengths, and sums and products of two, could leave the range of a double. */
const LARGE_LOGIT = 300;

/** e^θ, with which a chance is one division: π_i / (π_i + π_j); null where they could leave the range of a double. */
export function strengthsOf(theta: Float64Array): Float64Array | null {
  return theta.every((value) => Math.abs(value) < LARGE_LOGIT) ? theta.map(Math.exp) : null;
}

function invertGauged(information: SquareMatrix, epsilon: number, m: number): SquareMatrix | null {
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
