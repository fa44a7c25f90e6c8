import { OUTCOME_CODES } from '@agon/domain';
import {
  factorCholesky,
  invertCholesky,
  multiplyMatrices,
  type SquareMatrix,
  solveCholesky,
} from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { PairTableBuilder } from '../pairs/pair-table.ts';
import { centre, fixGauge, releaseGauge } from '../ties/fit-tie-model.ts';

/** A battle that a person and a judge both decided: shares of the point of model a, 0..1. */
export type DoubleVerdict = {
  readonly a: number;
  readonly b: number;
  readonly human: number;
  readonly judge: number;
};

/** A battle that only the judge decided. */
export type JudgeVerdict = { readonly a: number; readonly b: number; readonly judge: number };

export type PredictionPoweredFit = {
  /** Logits, Σθ = 0. */
  readonly theta: Float64Array;
  readonly covariance: SquareMatrix;
  /** How far the judge is trusted, 0..1: 0 is the fit to people alone. */
  readonly lambda: number;
  /** The λ that would give the smallest total variance, 0..1. */
  readonly bestLambda: number;
  /** Votes of people that would be as good without the judge, as a multiple of those there are. */
  readonly gain: number;
};

/**
 * Prediction-powered Bradley–Terry (Angelopoulos, Duchi and Zrnic, 2023, arXiv 2311.01453, for a loss that is linear in
 * the outcome): many verdicts of a judge sharpen few votes of people, and however biased the judge, the estimate stays
 * that of people. It solves mean_n[s(y) − λ s(f)] + λ mean_N[s(f)] = 0, which is Bradley–Terry on modified counts.
 *
 * The published form, and the plain twin of `fitRectifiedVotes`, which is what users reach: that one balances the judges'
 * part pair by pair. Valid where both sets of battles are drawn in the same way, and where the judge was not tuned on these votes.
 * @param lambda null: the best one, from the fit to people alone
 * @returns null where the people's votes alone have no finite maximum
 */
export function fitPredictionPowered(
  models: number,
  labelled: readonly DoubleVerdict[],
  judged: readonly JudgeVerdict[],
  lambda: number | null = null,
): PredictionPoweredFit | null {
  const people = isConnected(models, labelled) ? solve(models, labelled, judged, 0) : null;
  if (people === null) return null;
  const used = lambda ?? bestLambdaAt(models, labelled, judged, people);
  const fit = used === 0 ? people : solve(models, labelled, judged, used);
  if (fit === null) return null;
  const covariance = covarianceAt(models, labelled, judged, fit, used);
  const alone = covarianceAt(models, labelled, judged, people, 0);
  return {
    theta: fit.theta,
    covariance,
    lambda: used,
    bestLambda: bestLambdaAt(models, labelled, judged, fit),
    gain: trace(alone, models) / trace(covariance, models),
  };
}

function isConnected(models: number, labelled: readonly DoubleVerdict[]): boolean {
  const builder = new PairTableBuilder(models);
  for (const { a, b, human } of labelled) builder.add(a, b, human, 1, OUTCOME_CODES.tie);
  return connectModels(builder.build()).cores[0]?.length === models;
}

type Solution = { readonly theta: Float64Array; readonly inverse: SquareMatrix };

function solve(
  m: number,
  labelled: readonly DoubleVerdict[],
  judged: readonly JudgeVerdict[],
  lambda: number,
): Solution | null {
  const weight = new Float64Array(m * m);
  const net = new Float64Array(m);
  const pair = (a: number, b: number, w: number): void => {
    weight[a * m + b]! += w;
    weight[b * m + a]! += w;
  };
  for (const { a, b, human, judge } of labelled) {
    const w = 1 / labelled.length;
    pair(a, b, (1 - lambda) * w);
    net[a]! += w * (human - lambda * judge);
    net[b]! += w * (1 - human - lambda * (1 - judge));
  }
  for (const { a, b, judge } of judged) {
    const w = lambda / judged.length;
    pair(a, b, w);
    net[a]! += w * judge;
    net[b]! += w * (1 - judge);
  }
  const theta = new Float64Array(m);
  for (let iteration = 0; iteration < 200; iteration += 1) {
    const gradient = Float64Array.from(net);
    const information = new Float64Array(m * m);
    for (let i = 0; i < m; i += 1) {
      for (let j = 0; j < m; j += 1) {
        if (i === j || weight[i * m + j] === 0) continue;
        const gap = theta[i]! - theta[j]!;
        gradient[i]! -= weight[i * m + j]! * logistic(gap);
        const h = weight[i * m + j]! * logistic(gap) * logistic(-gap);
        information[i * m + i]! += h;
        information[i * m + j]! -= h;
      }
    }
    const epsilon = fixGauge(information, m, m);
    const factor = factorCholesky(information, m);
    if (factor === null) return null;
    const step = solveCholesky(factor, m, gradient);
    const largest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!Number.isFinite(largest)) return null;
    if (largest < 1e-12) {
      centre(theta);
      const inverse = invertCholesky(factor, m);
      releaseGauge(inverse, m, m, epsilon);
      return { theta, inverse };
    }
    const share = largest > 1 ? 0.5 / largest : 1;
    for (let i = 0; i < m; i += 1) theta[i]! += share * step[i]!;
    if (theta.some((value) => Math.abs(value) > 20)) return null;
  }
  return null;
}

/** Score of one comparison: (y − p)(e_a − e_b). */
type Score = { readonly a: number; readonly b: number; readonly size: number };

function residual(theta: Float64Array, a: number, b: number, share: number): number {
  return share - logistic(theta[a]! - theta[b]!);
}

/** Covariance of vectors x (e_a − e_b) and y (e_a − e_b), ddof 0, symmetrised. */
function scoreCovariance(m: number, first: readonly Score[], second: readonly Score[]): SquareMatrix {
  const matrix = new Float64Array(m * m);
  const [meanFirst, meanSecond] = [new Float64Array(m), new Float64Array(m)];
  const n = first.length;
  first.forEach(({ a, b, size }, k) => {
    const other = second[k]!.size;
    const product = (size * other) / n;
    matrix[a * m + a]! += product;
    matrix[b * m + b]! += product;
    matrix[a * m + b]! -= product;
    matrix[b * m + a]! -= product;
    meanFirst[a]! += size / n;
    meanFirst[b]! -= size / n;
    meanSecond[a]! += other / n;
    meanSecond[b]! -= other / n;
  });
  return matrix.map((value, at) => {
    const [i, j] = [Math.floor(at / m), at % m];
    return value - (meanFirst[i]! * meanSecond[j]! + meanFirst[j]! * meanSecond[i]!) / 2;
  });
}

function covarianceAt(
  m: number,
  labelled: readonly DoubleVerdict[],
  judged: readonly JudgeVerdict[],
  { theta, inverse }: Solution,
  lambda: number,
): SquareMatrix {
  const corrected = labelled.map(({ a, b, human, judge }): Score => {
    const size = residual(theta, a, b, human) - lambda * residual(theta, a, b, judge);
    return { a, b, size };
  });
  const extra = judged.map(({ a, b, judge }): Score => ({ a, b, size: residual(theta, a, b, judge) }));
  const ofLabelled = scoreCovariance(m, corrected, corrected);
  const ofJudged = scoreCovariance(m, extra, extra);
  const meat = ofLabelled.map(
    (value, k) =>
      value / labelled.length + (judged.length === 0 ? 0 : (lambda ** 2 * ofJudged[k]!) / judged.length),
  );
  return multiplyMatrices(multiplyMatrices(inverse, meat, m), inverse, m);
}

/** λ* = tr(H⁺ (C + Cᵀ) H⁺) / (2 (1 + n/N) tr(H⁺ V H⁺)), V the judge's covariance pooled over both sets, clipped to 0..1: PPI++, power tuning. */
function bestLambdaAt(
  m: number,
  labelled: readonly DoubleVerdict[],
  judged: readonly JudgeVerdict[],
  { theta, inverse }: Solution,
): number {
  if (judged.length === 0) return 0;
  const human = labelled.map(({ a, b, human: y }): Score => ({ a, b, size: residual(theta, a, b, y) }));
  const judge = labelled.map(({ a, b, judge: f }): Score => ({ a, b, size: residual(theta, a, b, f) }));
  const squeeze = (matrix: SquareMatrix): number =>
    trace(multiplyMatrices(multiplyMatrices(inverse, matrix, m), inverse, m), m);
  const shared = 2 * squeeze(scoreCovariance(m, human, judge));
  const extra = judged.map(({ a, b, judge: f }): Score => ({ a, b, size: residual(theta, a, b, f) }));
  const [n, more] = [judge.length, extra.length];
  const [ofJudge, ofExtra] = [scoreCovariance(m, judge, judge), scoreCovariance(m, extra, extra)];
  const pooled = ofJudge.map((value, k) => (n * value + more * ofExtra[k]!) / (n + more));
  const own = 2 * (1 + n / more) * squeeze(pooled);
  return own > 0 ? Math.min(1, Math.max(0, shared / own)) : 0;
}

function trace(matrix: SquareMatrix, m: number): number {
  let sum = 0;
  for (let i = 0; i < m; i += 1) sum += matrix[i * m + i]!;
  return sum;
}
