import { multiplyMatrices, sampleSd } from '@agon/stats';
import { degreesOfFreedom } from '../covariance/degrees-of-freedom.ts';
import { logistic } from '../elo-scale.ts';
import { fitLogistic, type LogisticRows } from './fit-logistic.ts';

/** One model against the baseline, one entry an item. */
export type LengthItems = {
  /** The model's share of the point, 0..1. */
  readonly share: Float64Array;
  readonly weight: Float64Array;
  readonly baselineLength: Float64Array;
  readonly modelLength: Float64Array;
  /** How hard each item is for the other models, standardised; null: unknown, and left out of the fit. */
  readonly difficulty: Float64Array | null;
  /** Items with the same code are one draw. */
  readonly cluster: Int32Array;
};

export type LengthControlled = {
  /** Win rate at equal length, 0..1. */
  readonly rate: number;
  /** Standard error with the error of the coefficients, as a share. */
  readonly se: number;
  /** See `degreesOfFreedom`. */
  readonly degrees: number;
  /** Logits for the length term: how much a shorter answer than the baseline's gains. */
  readonly lengthCoefficient: number;
};

/** λ of ½ λ β² on the length and difficulty terms: nothing beside hundreds of items, and a constant text cannot run away. */
const RIDGE = 0.5;

/**
 * AlpacaEval's length-controlled win rate (Dubois, Galambosi, Liang and Hashimoto, 2024, arXiv 2404.04475): a logistic
 * regression of the preference on an intercept, on tanh(Δlength / sd(Δlength)) with Δ = baseline − model, and on the
 * item's difficulty; then the mean prediction with the length term at 0.
 *
 * Its standard error here is the sandwich of the whole fit, by item, through the mean prediction, plus the spread of
 * the items. AlpacaEval prints only that last part, which is nearly 0 for a model that answers everything alike.
 * @returns null where the model won or lost everything, or lengths never differ in a way that can be fitted
 */
export function lengthControlledWinRate(items: LengthItems): LengthControlled | null {
  const n = items.share.length;
  const delta = items.baselineLength.map((length, at) => length - items.modelLength[at]!);
  const spread = sampleSd(delta);
  if (spread === null) return null;
  // a spread of nothing but rounding is none
  const withLength = spread > 1e-9 * delta.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const columns = [
    new Float64Array(n).fill(1),
    ...(withLength ? [delta.map((value) => Math.tanh(value / spread))] : []),
    ...(items.difficulty === null ? [] : [items.difficulty]),
  ];
  const width = columns.length;
  const rows: LogisticRows = {
    length: n,
    width,
    features: Float64Array.from(
      { length: n * width },
      (_, at) => columns[at % width]![Math.floor(at / width)]!,
    ),
    outcome: items.share,
    weight: items.weight,
  };
  const ridge = columns.map((_, k) => (k === 0 ? 0 : RIDGE));
  const fit = fitLogistic(rows, ridge);
  if (fit === null) return null;
  // predictions at equal length, their slope by the coefficients, and the scores of the fit
  const total = items.weight.reduce((sum, weight) => sum + weight, 0);
  const slope = new Float64Array(width);
  const controlled = new Float64Array(n);
  let rate = 0;
  for (let at = 0; at < n; at += 1) {
    let gap = 0;
    for (let k = 0; k < width; k += 1) {
      if (k !== 1 || !withLength) gap += rows.features[at * width + k]! * fit.beta[k]!;
    }
    const p = logistic(gap);
    controlled[at] = p;
    rate += (items.weight[at]! * p) / total;
    for (let k = 0; k < width; k += 1) {
      if (k === 1 && withLength) continue;
      slope[k]! += (items.weight[at]! / total) * p * (1 - p) * rows.features[at * width + k]!;
    }
  }
  // influence of each item: through the coefficients, and through being one of the items averaged over
  const pull = multiplyMatrices(fit.inverse, diagonalOf(slope), width);
  const towards = new Float64Array(width);
  for (let k = 0; k < width; k += 1) {
    for (let l = 0; l < width; l += 1) towards[k]! += pull[k * width + l]!;
  }
  const sums = new Map<number, number>();
  for (let at = 0; at < n; at += 1) {
    let gap = 0;
    for (let k = 0; k < width; k += 1) gap += rows.features[at * width + k]! * fit.beta[k]!;
    const residual = items.weight[at]! * (items.share[at]! - logistic(gap));
    let influence = (items.weight[at]! / total) * (controlled[at]! - rate);
    for (let k = 0; k < width; k += 1) influence += towards[k]! * residual * rows.features[at * width + k]!;
    sums.set(items.cluster[at]!, (sums.get(items.cluster[at]!) ?? 0) + influence);
  }
  const clusters = sums.size;
  if (clusters < 2) return null;
  let variance = 0;
  for (const sum of sums.values()) variance += sum * sum;
  return {
    rate,
    se: Math.sqrt((variance * clusters) / (clusters - 1)),
    degrees: degreesOfFreedom([clusters]),
    lengthCoefficient: withLength ? fit.beta[1]! : 0,
  };
}

function diagonalOf(values: Float64Array): Float64Array {
  const n = values.length;
  const matrix = new Float64Array(n * n);
  values.forEach((value, k) => {
    matrix[k * (n + 1)] = value;
  });
  return matrix;
}
