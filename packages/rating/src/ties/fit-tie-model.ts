import { factorCholesky, invertCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import type { PairTable } from '../pairs/pair-table.ts';
import { etaOfTieShare, type TieModel, type TieTerms, tieTerms } from './tie-models.ts';

/** Pair counts by outcome. */
export type OutcomeTable = Pick<PairTable, 'models' | 'cells' | 'low' | 'high' | 'wins' | 'ties' | 'losses'>;

export type TieMaximum = {
  /** Logits, Σθ = 0. */
  readonly theta: Float64Array;
  readonly eta: number;
  readonly iterations: number;
};

export type TieFit = TieMaximum & {
  /** Pseudo-inverse of the joint information of (θ, η), (models + 1)². */
  readonly inverse: SquareMatrix;
};

/** Logits between two steps below which the maximum is reached. */
const TOLERANCE = 1e-10;
const MAX_ITERATIONS = 200;
/** Longest step in logits: the quadratic model is worth nothing further out. */
const LONGEST_STEP = 4;

/**
 * Maximum likelihood of a tie model by Newton's method with backtracking, jointly in θ and η. The table's models must
 * have a finite maximum (see `tieModelIsBounded`).
 * @returns null where the counts span more than double precision can hold
 */
export function fitTieModel(table: OutcomeTable, model: TieModel, start?: TieMaximum): TieFit | null {
  const maximum = maximiseTieModel(table, model, start);
  if (maximum === null) return null;
  const m = table.models;
  const { information } = derivatives(table, model, maximum.theta, maximum.eta);
  const epsilon = fixGauge(information, m, m + 1);
  const factor = factorCholesky(information, m + 1);
  if (factor === null) return null;
  const inverse = invertCholesky(factor, m + 1);
  releaseGauge(inverse, m, m + 1, epsilon);
  return { ...maximum, inverse };
}

function startOf(table: OutcomeTable, model: TieModel): TieMaximum {
  let ties = 0;
  let all = 0;
  for (let cell = 0; cell < table.cells; cell += 1) {
    ties += table.ties[cell]!;
    all += table.wins[cell]! + table.ties[cell]! + table.losses[cell]!;
  }
  const share = Math.min(Math.max(ties / all, 0.01), 0.99);
  return { theta: new Float64Array(table.models), eta: etaOfTieShare(model, share), iterations: 0 };
}

/** `fitTieModel` without the inverse, where nobody asks how sure the ratings are. */
export function maximiseTieModel(
  table: OutcomeTable,
  model: TieModel,
  start: TieMaximum = startOf(table, model),
): TieMaximum | null {
  const m = table.models;
  let theta = Float64Array.from(start.theta);
  let eta = start.eta;
  let value = logLikelihood(table, model, theta, eta);
  for (let iteration = 1; iteration <= MAX_ITERATIONS; iteration += 1) {
    const { gradient, information } = derivatives(table, model, theta, eta);
    fixGauge(information, m, m + 1);
    const factor = factorCholesky(information, m + 1);
    if (factor === null) return null;
    const step = solveCholesky(factor, m + 1, gradient);
    let largest = 0;
    let gain = 0;
    for (let k = 0; k <= m; k += 1) {
      largest = Math.max(largest, Math.abs(step[k]!));
      gain += gradient[k]! * step[k]!;
    }
    if (!Number.isFinite(largest)) return null;
    let share = Math.min(1, LONGEST_STEP / largest);
    for (;;) {
      const nextEta = eta + share * step[m]!;
      const next = theta.map((old, i) => old + share * step[i]!);
      const allowed = model === 'davidson' || nextEta > 0;
      const nextValue = allowed ? logLikelihood(table, model, next, nextEta) : Number.NEGATIVE_INFINITY;
      // a gain within rounding of the sum cannot be checked, and needs no check: the step is then tiny
      if (allowed && (gain < -1e-9 * value || nextValue >= value + 1e-4 * share * gain || share < 1e-8)) {
        theta = next;
        eta = nextEta;
        value = nextValue;
        break;
      }
      share /= 2;
      if (share < 1e-12) return null;
    }
    if (share === 1 && largest < TOLERANCE) {
      centre(theta);
      return { theta, eta, iterations: iteration };
    }
  }
  return null;
}

/**
 * Chord steps with the full fit's inverse for a sample near it; Newton where they shrink too slowly.
 * @param tolerance logits: the last step is below it
 */
export function refitTieModel(
  sample: OutcomeTable,
  model: TieModel,
  fit: TieFit,
  tolerance = 1e-7,
): TieMaximum | null {
  const m = sample.models;
  const { inverse } = fit;
  const theta = Float64Array.from(fit.theta);
  let eta = fit.eta;
  let before = Number.POSITIVE_INFINITY;
  for (let iteration = 1; iteration < 60; iteration += 1) {
    const gradient = slopes(sample, model, theta, eta);
    let largest = 0;
    // row by row of a symmetric matrix: no sum waits for its own last product
    const step = new Float64Array(m + 1);
    for (let j = 0; j <= m; j += 1) {
      const slope = gradient[j]!;
      const row = j * (m + 1);
      for (let i = 0; i <= m; i += 1) step[i]! += inverse[row + i]! * slope;
    }
    for (let i = 0; i < m; i += 1) theta[i]! += step[i]!;
    eta += step[m]!;
    for (const moved of step) largest = Math.max(largest, Math.abs(moved));
    if (model === 'rao-kupper' && !(eta > 0)) break;
    if (largest < tolerance) return { theta, eta, iterations: iteration };
    if (!(largest < 0.7 * before)) break;
    before = largest;
  }
  return maximiseTieModel(sample, model, fit);
}

function logLikelihood(table: OutcomeTable, model: TieModel, theta: Float64Array, eta: number): number {
  let sum = 0;
  forEachCell(table, model, theta, eta, (_i, _j, terms) => {
    sum += terms.value;
  });
  return sum;
}

/** Slope of the log-likelihood by θ, then η. Davidson's, which refits without a rater live on, at one power a pair. */
function slopes(table: OutcomeTable, model: TieModel, theta: Float64Array, eta: number): Float64Array {
  const m = table.models;
  const gradient = new Float64Array(m + 1);
  if (model === 'davidson') {
    const tie = Math.exp(eta);
    for (let cell = 0; cell < table.cells; cell += 1) {
      const i = table.low[cell]!;
      const j = table.high[cell]!;
      const w = table.wins[cell]!;
      const t = table.ties[cell]!;
      const l = table.losses[cell]!;
      // gaps so large that this is infinite end the steps, and Newton's method goes on
      const win = Math.exp((theta[i]! - theta[j]!) / 2);
      const loss = 1 / win;
      const each = (w + t + l) / (win + loss + tie);
      const slope = 0.5 * (w - l - each * (win - loss));
      gradient[i]! += slope;
      gradient[j]! -= slope;
      gradient[m]! += t - each * tie;
    }
    return gradient;
  }
  forEachCell(table, model, theta, eta, (i, j, terms) => {
    gradient[i]! += terms.slopeGap;
    gradient[j]! -= terms.slopeGap;
    gradient[m]! += terms.slopeEta;
  });
  return gradient;
}

function derivatives(
  table: OutcomeTable,
  model: TieModel,
  theta: Float64Array,
  eta: number,
): { gradient: Float64Array; information: SquareMatrix } {
  const m = table.models;
  const n = m + 1;
  const gradient = new Float64Array(n);
  const information = new Float64Array(n * n);
  forEachCell(table, model, theta, eta, (i, j, terms) => {
    gradient[i]! += terms.slopeGap;
    gradient[j]! -= terms.slopeGap;
    gradient[m]! += terms.slopeEta;
    information[i * n + i]! += terms.curveGap;
    information[j * n + j]! += terms.curveGap;
    information[i * n + j]! -= terms.curveGap;
    information[j * n + i]! -= terms.curveGap;
    information[i * n + m]! += terms.curveBoth;
    information[m * n + i]! += terms.curveBoth;
    information[j * n + m]! -= terms.curveBoth;
    information[m * n + j]! -= terms.curveBoth;
    information[m * n + m]! += terms.curveEta;
  });
  return { gradient, information };
}

function forEachCell(
  table: OutcomeTable,
  model: TieModel,
  theta: Float64Array,
  eta: number,
  visit: (i: number, j: number, terms: TieTerms) => void,
): void {
  const terms: TieTerms = { value: 0, slopeGap: 0, slopeEta: 0, curveGap: 0, curveBoth: 0, curveEta: 0 };
  for (let cell = 0; cell < table.cells; cell += 1) {
    const i = table.low[cell]!;
    const j = table.high[cell]!;
    const [w, t, l] = [table.wins[cell]!, table.ties[cell]!, table.losses[cell]!];
    tieTerms(model, theta[i]! - theta[j]!, eta, w, t, l, terms);
    visit(i, j, terms);
  }
}

/**
 * Adds ε to the θ block in place and returns ε. The information is blind to a common shift of θ; this makes it
 * invertible without changing any difference, and `releaseGauge` takes its exact effect off the inverse again.
 * @param m models: the first m of n parameters
 */
export function fixGauge(information: SquareMatrix, m: number, n: number): number {
  let trace = 0;
  for (let i = 0; i < m; i += 1) trace += information[i * n + i]!;
  const epsilon = trace / (m * m);
  for (let i = 0; i < m; i += 1) for (let j = 0; j < m; j += 1) information[i * n + j]! += epsilon;
  return epsilon;
}

export function releaseGauge(inverse: SquareMatrix, m: number, n: number, epsilon: number): void {
  const shift = 1 / (epsilon * m * m);
  for (let i = 0; i < m; i += 1) for (let j = 0; j < m; j += 1) inverse[i * n + j]! -= shift;
}

export function centre(theta: Float64Array): void {
  let sum = 0;
  for (const value of theta) sum += value;
  const mean = sum / theta.length;
  for (let i = 0; i < theta.length; i += 1) theta[i]! -= mean;
}
