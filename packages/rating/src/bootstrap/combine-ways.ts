import { fromDraws, type GroupIntervals, withoutIntervals } from '../intervals/group-intervals.ts';
import type { BootstrapDraws } from './bootstrap-draws.ts';

/** Draws clustered by rater, by prompt, and by each pair of rater and prompt. */
export type BootstrapWays = {
  readonly rater: BootstrapDraws;
  readonly prompt: BootstrapDraws;
  readonly both: BootstrapDraws;
};

/**
 * Intervals from three one-way bootstraps where votes go together by rater and by prompt. Weights that multiply would
 * count the part of the error that is each vote's own three times (Owen, 2007, Annals of Applied Statistics 1(2); Owen
 * and Eckles, 2012, the same 6(3)). Instead variances are added as for the sandwich, V = V_rater + V_prompt − V_both
 * (Cameron, Gelbach and Miller, 2011, Journal of Business and Economic Statistics 29(2), eq. 2.11), but never less than
 * either way alone (MacKinnon, Nielsen and Webb, 2021, the same 39(2)): what rounds cannot tell must not narrow an
 * interval. The deviations of both ways, each from its own mean, are added and scaled to this variance, model by model;
 * percentiles and rank sets are of their sums.
 * @param theta the fit, Σθ = 0
 * @param anchor number of the anchor model, or -1 for the mean
 * @param degrees see `degreesOfFreedom`
 */
export function combineWays(
  theta: Float64Array,
  ways: BootstrapWays,
  anchor: number,
  degrees = Number.POSITIVE_INFINITY,
): GroupIntervals {
  const kept = Math.min(ways.rater.kept, ways.prompt.kept);
  const dropped = Math.max(ways.rater.dropped, ways.prompt.dropped, ways.both.dropped);
  const combined = (origin: number): GroupIntervals => {
    const draws = { theta: addScaled(theta, ways, kept, origin), kept, dropped };
    return fromDraws(theta, draws, origin, degrees);
  };
  // as for one way: with half of the rounds gone, the rest says little
  if (Math.min(kept, ways.both.kept) < 2) {
    return withoutIntervals(
      fromDraws(theta, { theta: new Float64Array(0), kept: 0, dropped }, anchor).warnings,
    );
  }
  const intervals = combined(anchor);
  return anchor < 0 ? intervals : { ...intervals, ranks: combined(-1).ranks };
}

/** θ plus the scaled deviations, row by row; `origin`: the model from which all are told, or -1. */
function addScaled(theta: Float64Array, ways: BootstrapWays, kept: number, origin: number): Float64Array {
  const m = theta.length;
  const rater = deviations(ways.rater, m, origin);
  const prompt = deviations(ways.prompt, m, origin);
  const both = deviations(ways.both, m, origin);
  const result = new Float64Array(kept * m);
  for (let i = 0; i < m; i += 1) {
    const one = variance(rater, m, i);
    const other = variance(prompt, m, i);
    const wanted = Math.max(one + other - variance(both, m, i), one, other);
    const scale = one + other > 0 ? Math.sqrt(wanted / (one + other)) : 0;
    for (let at = i; at < kept * m; at += m) result[at] = theta[i]! + scale * (rater[at]! + prompt[at]!);
  }
  return result;
}

/** From the mean of the rounds, told from `origin` where it is a model. */
function deviations({ theta, kept }: BootstrapDraws, m: number, origin: number): Float64Array {
  const result = theta.slice();
  const sums = new Float64Array(m);
  for (let at = 0; at < kept * m; at += m) {
    const own = origin < 0 ? 0 : theta[at + origin]!;
    for (let i = 0; i < m; i += 1) {
      result[at + i]! -= own;
      sums[i]! += result[at + i]!;
    }
  }
  for (let at = 0; at < kept * m; at += m) {
    for (let i = 0; i < m; i += 1) result[at + i]! -= sums[i]! / kept;
  }
  return result;
}

function variance(rows: Float64Array, m: number, i: number): number {
  let sum = 0;
  for (let at = i; at < rows.length; at += m) sum += rows[at]! ** 2;
  return sum / (rows.length / m - 1);
}
