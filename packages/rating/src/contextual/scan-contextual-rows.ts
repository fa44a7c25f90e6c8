import { type ComparisonColumns, OUTCOME_CODES, type RatingSettings } from '@agon/domain';
import { PLAIN_POINTS } from '../pairs/pair-table.ts';
import { pickRows } from '../pairs/pick-rows.ts';
import { isUsableWeight } from '../pairs/scan-comparisons.ts';
import { type CountedFeatures, type ReadFeatures, readCounted } from './counted-features.ts';

/** Comparisons with numbers that describe their two answers: `width` of them a comparison, row by row, a minus b. */
export type ContextualColumns = Pick<
  ComparisonColumns,
  'length' | 'a' | 'b' | 'outcome' | 'weight' | 'shareA'
> & {
  readonly width: number;
  readonly features: Float32Array | Float64Array | CountedFeatures | ReadFeatures;
};

/** Rows that count, side by side in arrays of one type; only the first `length` of each are set. */
export type ContextualBlock = {
  length: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly y: Float64Array;
  readonly w: Float64Array;
  /** `stride` numbers a row, of which the first are the features. */
  readonly x: Float64Array;
  readonly stride: number;
  /** Where in the columns each row stands; its length is how many rows the block has room for. */
  readonly row: Int32Array;
};

/** Rows `from` .. `to` − 1. */
export type RowRange = { readonly from: number; readonly to: number };

/** Few enough to stay in the nearest cache. */
export const BLOCK_ROWS = 512;

export function plainBlock(width: number): ContextualBlock {
  return {
    length: 0,
    i: new Int32Array(BLOCK_ROWS),
    j: new Int32Array(BLOCK_ROWS),
    y: new Float64Array(BLOCK_ROWS),
    w: new Float64Array(BLOCK_ROWS),
    x: new Float64Array(BLOCK_ROWS * width),
    stride: width,
    row: new Int32Array(BLOCK_ROWS),
  };
}

/**
 * Visits the comparisons between models of one group, block by block. `place`: from a model's code to its number in the
 * group, or -1. A row is left out where the tie policies say so, and where its weight is not in 1e-12 .. 1e12, its share
 * not in 0 .. 1, or a feature not a finite number.
 * @param which rows to visit: all, those of a range, or these in their order
 */
export function scanContextualRows(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  block: ContextualBlock,
  visit: (block: ContextualBlock) => void,
  which: Int32Array | RowRange = { from: 0, to: columns.length },
): void {
  const { a, b, outcome, weight, shareA } = columns;
  const { i, j, y, w, row } = block;
  const read = readerOf(columns);
  const pointsOf = pointsByOutcome(settings);
  const codes = place.length;
  const order = which instanceof Int32Array ? which : null;
  const { from, to } = which instanceof Int32Array ? { from: 0, to: which.length } : which;
  const room = row.length;
  let filled = 0;
  const hand = (): void => {
    read(row, filled, block.x, block.stride);
    block.length = dropUnknown(block, filled, columns.width);
    filled = 0;
    if (block.length > 0) visit(block);
  };
  for (let k = from; k < to; k += 1) {
    const at = order === null ? k : order[k]!;
    const first = a[at]!;
    const second = b[at]!;
    const code = outcome[at]!;
    if (first < 0 || second < 0 || first >= codes || second >= codes || code < 0) continue;
    if (code > OUTCOME_CODES.both_bad) continue;
    const own = place[first]!;
    const other = place[second]!;
    let points = pointsOf[code]!;
    if (own < 0 || other < 0 || own === other || Number.isNaN(points)) continue;
    if (shareA !== undefined && !Number.isNaN(shareA[at]!)) points = shareA[at]!;
    if (!(points >= 0 && points <= 1)) continue;
    const weighs = weight === undefined ? 1 : weight[at]!;
    if (!isUsableWeight(weighs)) continue;
    i[filled] = own;
    j[filled] = other;
    y[filled] = points;
    w[filled] = weighs;
    row[filled] = at;
    filled += 1;
    if (filled === room) hand();
  }
  if (filled > 0) hand();
}

function readerOf({ features, width }: ContextualColumns): ReadFeatures {
  if (typeof features === 'function') return features;
  if ('counts' in features) return readCounted(features);
  return (row, length, x, stride) => {
    for (let k = 0; k < length; k += 1) {
      const from = row[k]! * width;
      const to = k * stride;
      for (let f = 0; f < width; f += 1) x[to + f] = features[from + f]!;
    }
  };
}

/** Moves the rows whose features are all finite to the front; returns how many they are. */
function dropUnknown({ i, j, y, w, x, stride, row }: ContextualBlock, length: number, width: number): number {
  let kept = 0;
  for (let k = 0; k < length; k += 1) {
    const from = k * stride;
    let sum = 0;
    // NaN and Infinity times 0 leave NaN
    for (let f = 0; f < width; f += 1) sum += 0 * x[from + f]!;
    if (sum !== 0) continue;
    if (kept < k) {
      i[kept] = i[k]!;
      j[kept] = j[k]!;
      y[kept] = y[k]!;
      w[kept] = w[k]!;
      row[kept] = row[k]!;
      x.copyWithin(kept * stride, from, from + width);
    }
    kept += 1;
  }
  return kept;
}

/** Every `step`-th row, side by side in columns of their own. */
export function sampleColumns(columns: ContextualColumns, step: number): ContextualColumns {
  const { width } = columns;
  const length = Math.floor(columns.length / step);
  const rows = new Int32Array(length);
  for (let k = 0; k < length; k += 1) rows[k] = k * step;
  const features = isNarrow(columns.features)
    ? new Float32Array(length * width)
    : new Float64Array(length * width);
  const read = readerOf(columns);
  const block = new Float64Array(BLOCK_ROWS * width);
  for (let from = 0; from < length; from += BLOCK_ROWS) {
    const some = rows.subarray(from, from + BLOCK_ROWS);
    read(some, some.length, block, width);
    features.set(block.subarray(0, some.length * width), from * width);
  }
  return { ...pickRows(columns, rows), width, features };
}

/** Share of the point by outcome code under the tie policies; NaN: left out. */
export function pointsByOutcome(settings: Pick<RatingSettings, 'ties' | 'bothBad'>): number[] {
  const tie = settings.ties === 'drop' ? Number.NaN : PLAIN_POINTS[2];
  return [PLAIN_POINTS[0], PLAIN_POINTS[1], tie, settings.bothBad === 'drop' ? Number.NaN : tie];
}

function isNarrow(features: ContextualColumns['features']): boolean {
  return features instanceof Float32Array || 'counts' in features;
}
