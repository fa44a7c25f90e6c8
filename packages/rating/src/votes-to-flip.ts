import type { SquareMatrix } from '@agon/stats';
import { connectModels } from './connected-models.ts';
import { logistic } from './elo-scale.ts';
import { type BradleyTerryFit, fitBradleyTerry } from './fit-bradley-terry.ts';
import type { PairTable } from './pair-table.ts';

export type Flip = {
  /** Comparisons whose removal puts the challenger level or ahead, found by refitting without them. */
  readonly votes: number;
  /** Gap that was left after removing them, logits; at most 0. */
  readonly gapAfter: number;
};

const ROUNDS = 60;

/**
 * How few votes decide that `leader` is ahead of `challenger`: votes are removed in the order of their influence on the
 * gap, −(e_i − e_j)ᵀ H⁺ s for a vote with score s, and the ratings fitted again until the order turns. An upper bound,
 * usually within a vote or two of the least (Broderick, Giordano and Meager, 2020, arXiv 2011.14999).
 * @param table plain counts: every weight is 1 (see `PairTable.plain`)
 * @returns null where no removal turns the order before some model has won or lost everything
 */
export function votesToFlip(
  table: PairTable,
  fit: BradleyTerryFit,
  leader: number,
  challenger: number,
): Flip | null {
  const left = [table.wins, table.ties, table.losses].map((counts) => Float64Array.from(counts));
  let removed = 0;
  let current = fit;
  for (let round = 0; round < ROUNDS; round += 1) {
    const gap = current.theta[leader]! - current.theta[challenger]!;
    if (gap <= 0) return { votes: removed, gapAfter: gap };
    const order = influences(table, left, current, leader, challenger);
    const before = left.map((counts) => Float64Array.from(counts));
    let need = gap;
    let taken = 0;
    for (const { kind, cell, effect } of order) {
      const some = Math.min(left[kind]![cell]!, Math.ceil(need / effect));
      left[kind]![cell]! -= some;
      taken += some;
      need -= some * effect;
      if (need <= 0) break;
    }
    if (taken === 0) return null;
    const refitted = refit(table, left);
    // far from the end the straight line overshoots, until some model has no finite rating: then a part of the last step
    if (refitted === null || (refitted.theta[leader]! <= refitted.theta[challenger]! && taken > 1)) {
      const least = fewest(table, before, order, taken, leader, challenger);
      return least === null ? null : { votes: removed + least.votes, gapAfter: least.gapAfter };
    }
    removed += taken;
    current = refitted;
  }
  return null;
}

type Influence = { readonly kind: number; readonly cell: number; readonly effect: number };

/** Kinds of vote whose removal closes the gap, the strongest first. */
function influences(
  table: PairTable,
  left: readonly Float64Array[],
  { theta, inverse }: { readonly theta: Float64Array; readonly inverse: SquareMatrix },
  leader: number,
  challenger: number,
): Influence[] {
  const m = table.models;
  const found: Influence[] = [];
  for (let cell = 0; cell < table.cells; cell += 1) {
    const [i, j] = [table.low[cell]!, table.high[cell]!];
    const p = logistic(theta[i]! - theta[j]!);
    const pull =
      inverse[leader * m + i]! -
      inverse[leader * m + j]! -
      inverse[challenger * m + i]! +
      inverse[challenger * m + j]!;
    const spread = inverse[i * m + i]! + inverse[j * m + j]! - 2 * inverse[i * m + j]!;
    // a vote that carries much of what is known of its own pair moves more than its slope
    const leverage = Math.min(0.99, p * (1 - p) * spread);
    [1, 0.5, 0].forEach((y, kind) => {
      const effect = (pull * (y - p)) / (1 - leverage);
      if (left[kind]![cell]! > 0 && effect > 0) found.push({ kind, cell, effect });
    });
  }
  return found.sort((x, y) => y.effect - x.effect || x.cell - y.cell || x.kind - y.kind);
}

/** Of the last `most` removals in order, how few turn the order: by halving. Null where ratings end before it turns. */
function fewest(
  table: PairTable,
  before: readonly Float64Array[],
  order: readonly Influence[],
  most: number,
  leader: number,
  challenger: number,
): Flip | null {
  const gapWithout = (votes: number): number | null => {
    const left = before.map((counts) => Float64Array.from(counts));
    let rest = votes;
    for (const { kind, cell } of order) {
      const some = Math.min(left[kind]![cell]!, rest);
      left[kind]![cell]! -= some;
      rest -= some;
      if (rest === 0) break;
    }
    const fit = refit(table, left);
    return fit === null ? null : fit.theta[leader]! - fit.theta[challenger]!;
  };
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const gap = gapWithout(middle);
    if (gap === null || gap <= 0) high = middle;
    else low = middle;
  }
  const gapAfter = gapWithout(high);
  return gapAfter === null ? null : { votes: high, gapAfter };
}

function refit(table: PairTable, left: readonly Float64Array[]): BradleyTerryFit | null {
  const [wins, ties, losses] = left as [Float64Array, Float64Array, Float64Array];
  const weight = wins.map((count, cell) => count + ties[cell]! + losses[cell]!);
  const points = wins.map((count, cell) => count + ties[cell]! / 2);
  const kept = Array.from({ length: table.cells }, (_, cell) => cell).filter((cell) => weight[cell]! > 0);
  const pick = (values: Float64Array): Float64Array => Float64Array.from(kept, (cell) => values[cell]!);
  const sample: PairTable = {
    ...table,
    cells: kept.length,
    low: Int32Array.from(kept, (cell) => table.low[cell]!),
    high: Int32Array.from(kept, (cell) => table.high[cell]!),
    wins: pick(wins),
    ties: pick(ties),
    losses: pick(losses),
    weight: pick(weight),
    points: pick(points),
    count: pick(weight),
  };
  if (connectModels(sample).cores[0]?.length !== table.models) return null;
  return fitBradleyTerry(sample);
}
