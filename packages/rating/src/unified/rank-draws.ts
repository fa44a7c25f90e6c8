import { quantile, quantiles } from '@agon/stats';

/** What joint draws of scores say of their order. Entries are in the order of the scores given. */
export type RankedDraws = {
  /** Probability of the highest score, 0..1. */
  readonly pTop: Float64Array;
  /** Best and worst place that the simultaneous 95 % bands of the differences leave open, from 1. */
  readonly rankLow: Int32Array;
  readonly rankHigh: Int32Array;
  /** From 1: a model is in a tier while it cannot be told from the tier's first. */
  readonly tier: Int32Array;
  /** P(row above column): `above[i · n + j]`, 0..1; 0.5 on the diagonal. */
  readonly above: Float64Array;
};

/** Central 95 % of the draws of each score, widened where need be so that the score itself is inside. */
export function drawIntervals(
  scores: ArrayLike<number>,
  drawn: readonly Float64Array[],
): { readonly low: number; readonly high: number }[] {
  return drawn.map((values, i) => {
    const [low, high] = quantiles(values, [0.025, 0.975]) as [number, number];
    return { low: Math.min(low, scores[i]!), high: Math.max(high, scores[i]!) };
  });
}

/**
 * Places from bands around all differences that hold together with 95 % (Mogstad, Romano, Shaikh and Wilhelm, 2024): the
 * bootstrap of ranks themselves fails near ties.
 * @param scores falling
 * @param drawn one array of draws for each score
 */
export function rankDraws(scores: ArrayLike<number>, drawn: readonly Float64Array[]): RankedDraws {
  const n = drawn.length;
  const draws = drawn[0]?.length ?? 0;
  const pTop = new Float64Array(n);
  const best = new Float64Array(draws).fill(Number.NEGATIVE_INFINITY);
  const first = new Int32Array(draws);
  drawn.forEach((values, i) => {
    for (let draw = 0; draw < draws; draw += 1) {
      if (values[draw]! <= best[draw]!) continue;
      best[draw] = values[draw]!;
      first[draw] = i;
    }
  });
  if (n > 0) for (const i of first) pTop[i]! += 1;
  for (let i = 0; i < n; i += 1) pTop[i]! /= draws;
  const above = new Float64Array(n * n).fill(0.5);
  const error = new Float64Array(n * n);
  const largest = new Float64Array(draws);
  const offs = new Float64Array(draws);
  for (let i = 0; i < n; i += 1) {
    const left = drawn[i]!;
    for (let j = i + 1; j < n; j += 1) {
      const right = drawn[j]!;
      const gap = scores[i]! - scores[j]!;
      let squares = 0;
      let over = 0;
      let level = 0;
      for (let draw = 0; draw < draws; draw += 1) {
        const difference = left[draw]! - right[draw]!;
        const off = difference - gap;
        offs[draw] = off;
        squares += off * off;
        if (difference > 0) over += 1;
        else if (difference === 0) level += 1;
      }
      const sd = Math.sqrt(squares / draws);
      error[i * n + j] = sd;
      above[i * n + j] = (over + level / 2) / draws;
      above[j * n + i] = 1 - above[i * n + j]!;
      if (sd < 1e-12) continue;
      for (let draw = 0; draw < draws; draw += 1) {
        const off = Math.abs(offs[draw]!) / sd;
        if (off > largest[draw]!) largest[draw] = off;
      }
    }
  }
  const reach = n < 2 ? 0 : quantile(largest, 0.95);
  const isAbove = (i: number, j: number): boolean =>
    scores[i]! - scores[j]! > Math.max(1e-9, reach * error[i * n + j]!);
  const rankLow = new Int32Array(n).fill(1);
  const rankHigh = new Int32Array(n).fill(n);
  const tier = new Int32Array(n);
  let opener = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      if (!isAbove(i, j)) continue;
      rankHigh[i]! -= 1;
      rankLow[j]! += 1;
    }
    const opens = i > 0 && isAbove(opener, i);
    tier[i] = i === 0 ? 1 : tier[i - 1]! + Number(opens);
    if (opens) opener = i;
  }
  return { pTop, rankLow, rankHigh, tier, above };
}
