import { type ComparisonColumns, OUTCOME_CODES, type RatingSettings } from '@agon/domain';
import { PLAIN_POINTS } from './pair-table.ts';

/** Comparisons with numbers that describe their two answers: `width` of them a comparison, row by row, a minus b. */
export type ContextualColumns = Pick<
  ComparisonColumns,
  'length' | 'a' | 'b' | 'outcome' | 'weight' | 'shareA'
> & {
  readonly width: number;
  readonly features: Float32Array | Float64Array;
};

/** Rows that count, side by side in arrays of one type; only the first `length` of each are set. */
export type ContextualBlock = {
  length: number;
  readonly width: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly y: Float64Array;
  readonly w: Float64Array;
  readonly x: Float64Array;
  /** Where in the columns each row stands. */
  readonly row: Int32Array;
};

/** Few enough to stay in the nearest cache. */
const ROWS = 1024;

/**
 * Visits the comparisons between models of one group, block by block; every `step`-th only. `place`: from a model's code
 * to its number in the group, or -1. A row whose weight, share or features are not finite numbers is left out.
 */
export function scanContextualRows(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  step: number,
  visit: (block: ContextualBlock) => void,
): void {
  const { a, b, outcome, weight, shareA, width, features, length } = columns;
  const block: ContextualBlock = {
    length: 0,
    width,
    i: new Int32Array(ROWS),
    j: new Int32Array(ROWS),
    y: new Float64Array(ROWS),
    w: new Float64Array(ROWS).fill(1),
    x: new Float64Array(ROWS * width),
    row: new Int32Array(ROWS),
  };
  const pointsOf = pointsByOutcome(settings);
  const codes = place.length;
  let filled = 0;
  for (let row = 0; row < length; row += step) {
    const first = a[row]!;
    const second = b[row]!;
    const code = outcome[row]!;
    if (first < 0 || second < 0 || first >= codes || second >= codes || code < 0) continue;
    if (code > OUTCOME_CODES.both_bad) continue;
    const i = place[first]!;
    const j = place[second]!;
    let y = pointsOf[code]!;
    if (i < 0 || j < 0 || i === j || Number.isNaN(y)) continue;
    if (shareA !== undefined && !Number.isNaN(shareA[row]!)) y = shareA[row]!;
    if (!(y >= 0 && y <= 1)) continue;
    if (weight !== undefined) {
      const w = weight[row]!;
      if (!(w > 0 && w < Number.POSITIVE_INFINITY)) continue;
      block.w[filled] = w;
    }
    const from = row * width;
    const to = filled * width;
    let sum = 0;
    for (let f = 0; f < width; f += 1) {
      const value = features[from + f]!;
      block.x[to + f] = value;
      sum += value;
    }
    // NaN and Infinity leave no finite sum
    if (sum - sum !== 0) continue;
    block.i[filled] = i;
    block.j[filled] = j;
    block.y[filled] = y;
    block.row[filled] = row;
    filled += 1;
    if (filled === ROWS) {
      block.length = filled;
      visit(block);
      filled = 0;
    }
  }
  if (filled === 0) return;
  block.length = filled;
  visit(block);
}

/** Share of the point by outcome code under the tie policies; NaN: left out. */
export function pointsByOutcome(settings: Pick<RatingSettings, 'ties' | 'bothBad'>): number[] {
  const tie = settings.ties === 'drop' ? Number.NaN : PLAIN_POINTS[2];
  return [PLAIN_POINTS[0], PLAIN_POINTS[1], tie, settings.bothBad === 'drop' ? Number.NaN : tie];
}
