import type { BySlot, ComparisonColumns, CountColumn, RatingSettings, StyleColumns } from '@agon/domain';
import { pickRows } from '../pairs/pick-rows.ts';
import { BLOCK_ROWS } from './scan-contextual-rows.ts';
import { chosenFeatures, countOf, type StyleFeatures, styleFeatures } from './style-features.ts';

export type KnownFeatures = {
  /** Comparisons with all features known. */
  readonly columns: ComparisonColumns;
  readonly style: StyleFeatures;
  readonly missing: number;
};

/** Leaves out comparisons without all features; columns are copied only where there are any. */
export function keepKnown(columns: ComparisonColumns, settings: RatingSettings): KnownFeatures {
  const style = styleFeatures(columns, settings);
  if (isAllKnown(columns, settings)) return { columns, style, missing: 0 };
  const known = knownRows(columns.length, style);
  const picked = { ...pickRows(columns, known), ...pickCounts(columns, settings, known) };
  return {
    columns: picked,
    style: styleFeatures(picked, settings),
    missing: columns.length - known.length,
  };
}

/** Whether every row has the counts that the features are made of. */
function isAllKnown({ style, length }: ComparisonColumns, settings: RatingSettings): boolean {
  return chosenFeatures(settings).every((feature) => {
    const count = countOf(feature, settings);
    return (
      count === null || [style?.a[count], style?.b[count]].every((column) => hasAllCounts(column, length))
    );
  });
}

function hasAllCounts(column: CountColumn | undefined, length: number): boolean {
  if (column === undefined) return false;
  if (!(column instanceof Float32Array)) return true;
  for (let row = 0; row < length; row += 1) {
    const count = column[row]!;
    if (!(count >= 0 && count < Number.POSITIVE_INFINITY)) return false;
  }
  return true;
}

function knownRows(length: number, { features, read }: StyleFeatures): Int32Array {
  const width = features.length;
  const known = new Int32Array(length);
  const row = new Int32Array(BLOCK_ROWS);
  const x = new Float64Array(BLOCK_ROWS * width);
  let kept = 0;
  for (let from = 0; from < length; from += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, length - from);
    for (let k = 0; k < rows; k += 1) row[k] = from + k;
    read(row, rows, x, width);
    for (let k = 0; k < rows; k += 1) {
      let sum = 0;
      // NaN and Infinity times 0 leave NaN
      for (let f = 0; f < width; f += 1) sum += 0 * x[k * width + f]!;
      if (sum !== 0) continue;
      known[kept] = from + k;
      kept += 1;
    }
  }
  return known.slice(0, kept);
}

function pickCounts(
  { style }: ComparisonColumns,
  settings: RatingSettings,
  rows: Int32Array,
): { style?: BySlot<StyleColumns> } {
  if (style === undefined) return {};
  const counts = chosenFeatures(settings).flatMap((feature) => countOf(feature, settings) ?? []);
  const pick = (side: StyleColumns): StyleColumns =>
    Object.fromEntries(
      counts.flatMap((count) => {
        const column = side[count];
        return column === undefined ? [] : [[count, pickCount(column, rows)]];
      }),
    );
  return { style: { a: pick(style.a), b: pick(style.b) } };
}

function pickCount(column: CountColumn, rows: Int32Array): CountColumn {
  const picked = column.slice(0, rows.length);
  for (let k = 0; k < rows.length; k += 1) picked[k] = column[rows[k]!]!;
  return picked;
}
