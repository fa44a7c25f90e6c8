import { type BradleyTerryFit, fitBradleyTerry } from '../bradley-terry/fit-bradley-terry.ts';
import { logistic } from '../elo-scale.ts';
import { isMutual } from '../pairs/connected-models.ts';
import type { PairTable } from '../pairs/pair-table.ts';

export type Flip = {
  /** Comparisons whose removal puts the challenger level or ahead, found by refitting without them. */
  readonly votes: number;
  /** Gap that was left after removing them, logits; at most 0. */
  readonly gapAfter: number;
};

const ROUNDS = 60;
/** Kinds of vote on a pair: the lower model won, tied, lost. */
const KINDS = [1, 0.5, 0] as const;

/** Votes that are left, by cell · 3 + kind. */
type Left = Float64Array;

/**
 * How few votes decide that `leader` is ahead of `challenger`: votes are removed in the order of their influence on the
 * gap, −(e_i − e_j)ᵀ H⁺ s for a vote with score s, and the ratings fitted again until the order turns. An upper bound,
 * usually within a vote or two of the least (Broderick, Giordano and Meager, 2020, arXiv 2011.14999).
 * @param table plain counts: every weight is 1 (see `PairTable.plain`)
 * @param below so many votes are more than the caller wants to know of
 * @returns null where no removal of fewer than `below` turns the order before some model has won or lost everything
 */
export function votesToFlip(
  table: PairTable,
  fit: BradleyTerryFit,
  leader: number,
  challenger: number,
  below = Number.POSITIVE_INFINITY,
): Flip | null {
  const left = new Float64Array(table.cells * KINDS.length);
  [table.wins, table.ties, table.losses].forEach((counts, kind) => {
    for (let cell = 0; cell < table.cells; cell += 1) left[cell * KINDS.length + kind] = counts[cell]!;
  });
  let removed = 0;
  let current = fit;
  for (let round = 0; round < ROUNDS; round += 1) {
    const gap = current.theta[leader]! - current.theta[challenger]!;
    if (gap <= 0) return { votes: removed, gapAfter: gap };
    if (removed + 1 >= below) return null;
    const before = left.slice();
    const { order, taken } = removeStrongest(table, left, current, leader, challenger, gap);
    if (taken === 0) return null;
    const refitted = refit(table, left);
    // far from the end the straight line overshoots, until some model has no finite rating: then a part of the last step
    if (refitted === null || (refitted.theta[leader]! <= refitted.theta[challenger]! && taken > 1)) {
      const least = fewest(table, before, order, taken, leader, challenger, below - removed);
      return least === null ? null : { votes: removed + least.votes, gapAfter: least.gapAfter };
    }
    removed += taken;
    current = refitted;
  }
  return null;
}

/**
 * Takes votes off `left`, those first that close the gap most, until a straight line says that it is closed.
 * @returns their kinds in that order, and how many votes
 */
function removeStrongest(
  table: PairTable,
  left: Left,
  fit: BradleyTerryFit,
  leader: number,
  challenger: number,
  gap: number,
): { readonly order: readonly number[]; readonly taken: number } {
  const effects = influences(table, left, fit, leader, challenger);
  const order: number[] = [];
  let taken = 0;
  let need = gap;
  for (const at of strongestFirst(effects)) {
    const some = Math.min(left[at]!, Math.ceil(need / effects[at]!));
    left[at]! -= some;
    order.push(at);
    taken += some;
    need -= some * effects[at]!;
    if (need <= 0) break;
  }
  return { order, taken };
}

/** By how much one vote less of each kind closes the gap, logits; 0 where it does not, or none is left. */
function influences(
  table: PairTable,
  left: Left,
  { theta, inverse }: BradleyTerryFit,
  leader: number,
  challenger: number,
): Float64Array {
  const m = table.models;
  const effects = new Float64Array(left.length);
  for (let cell = 0; cell < table.cells; cell += 1) {
    const i = table.low[cell]!;
    const j = table.high[cell]!;
    const p = logistic(theta[i]! - theta[j]!);
    const pull =
      inverse[leader * m + i]! -
      inverse[leader * m + j]! -
      inverse[challenger * m + i]! +
      inverse[challenger * m + j]!;
    const spread = inverse[i * m + i]! + inverse[j * m + j]! - 2 * inverse[i * m + j]!;
    // a vote that carries much of what is known of its own pair moves more than its slope
    const leverage = Math.min(0.99, p * (1 - p) * spread);
    for (let kind = 0; kind < KINDS.length; kind += 1) {
      const at = cell * KINDS.length + kind;
      const effect = (pull * (KINDS[kind]! - p)) / (1 - leverage);
      if (left[at]! > 0 && effect > 0) effects[at] = effect;
    }
  }
  return effects;
}

/** Places of positive values, the largest value first, of equal ones the first: few are asked for, so from a heap. */
function* strongestFirst(values: Float64Array): Generator<number> {
  const heap = new Int32Array(values.length);
  let size = 0;
  for (let at = 0; at < values.length; at += 1) if (values[at]! > 0) heap[size++] = at;
  const isAhead = (x: number, y: number): boolean =>
    values[x]! > values[y]! || (values[x] === values[y] && x < y);
  const sink = (from: number): void => {
    const own = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && isAhead(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isAhead(heap[child]!, own)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = own;
  };
  for (let at = (size >> 1) - 1; at >= 0; at -= 1) sink(at);
  while (size > 0) {
    yield heap[0]!;
    size -= 1;
    heap[0] = heap[size]!;
    if (size > 0) sink(0);
  }
}

/**
 * Of the last `most` removals in order, how few turn the order: by halving. Null where ratings end before it turns, or
 * where it takes `below` or more.
 */
function fewest(
  table: PairTable,
  before: Left,
  order: readonly number[],
  most: number,
  leader: number,
  challenger: number,
  below: number,
): Flip | null {
  const gapWithout = (votes: number): number | null => {
    const left = before.slice();
    let rest = votes;
    for (const at of order) {
      const some = Math.min(left[at]!, rest);
      left[at]! -= some;
      rest -= some;
      if (rest === 0) break;
    }
    const fit = refit(table, left);
    return fit === null ? null : fit.theta[leader]! - fit.theta[challenger]!;
  };
  let [low, high] = [0, most];
  while (high - low > 1) {
    if (low + 1 >= below) return null;
    const middle = (low + high) >> 1;
    const gap = gapWithout(middle);
    if (gap === null || gap <= 0) high = middle;
    else low = middle;
  }
  if (high >= below) return null;
  const gapAfter = gapWithout(high);
  return gapAfter === null ? null : { votes: high, gapAfter };
}

/** Null where some model has no finite rating. */
function refit(table: PairTable, left: Left): BradleyTerryFit | null {
  const weight = new Float64Array(table.cells);
  const points = new Float64Array(table.cells);
  for (let cell = 0; cell < table.cells; cell += 1) {
    const at = cell * KINDS.length;
    weight[cell] = left[at]! + left[at + 1]! + left[at + 2]!;
    points[cell] = left[at]! + left[at + 1]! / 2;
  }
  // pairs without a vote stay: they add nothing
  const sample = { ...table, weight, points };
  return isMutual(sample) ? fitBradleyTerry(sample) : null;
}
