import type { ComparisonColumns, RatingSettings, StyleFeature } from '@agon/domain';
import { pickRows } from './pick-rows.ts';
import { scanComparisons } from './scan-comparisons.ts';
import { BLOCK_ROWS, type ReadFeatures } from './scan-contextual-rows.ts';
import { isFlag, type StyleFeatures, styleFeatures } from './style-features.ts';

export type KnownFeatures = {
  /** Comparisons with all features known. */
  readonly columns: ComparisonColumns;
  readonly style: StyleFeatures;
  readonly missing: number;
};

export type ScaledFeatures = {
  readonly features: readonly StyleFeature[];
  /** By which each was scaled; 0 and 1 for flags; a standard deviation of 0: the feature says nothing. */
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** Numbers of those that say something; `read` reads these alone, scaled. */
  readonly used: readonly number[];
  readonly read: ReadFeatures;
};

/** Leaves out comparisons without all features; columns are copied only where there are any. */
export function keepKnown(columns: ComparisonColumns, settings: RatingSettings): KnownFeatures {
  const style = styleFeatures(columns, settings);
  let kept = 0;
  visitKnown(columns.length, style, () => {
    kept += 1;
  });
  if (kept === columns.length) return { columns, style, missing: 0 };
  const known = new Int32Array(kept);
  let filled = 0;
  visitKnown(columns.length, style, (row) => {
    known[filled] = row;
    filled += 1;
  });
  const place = new Int32Array(BLOCK_ROWS + 1);
  const read: ReadFeatures = (at, length, values, stride) => {
    const original = length <= place.length ? place : new Int32Array(length);
    for (let k = 0; k < length; k += 1) original[k] = known[at[k]!]!;
    style.read(original, length, values, stride);
  };
  return {
    columns: pickRows(columns, known),
    style: { features: style.features, read },
    missing: columns.length - kept,
  };
}

function visitKnown(rows: number, { features, read }: StyleFeatures, visit: (row: number) => void): void {
  const width = features.length;
  const row = new Int32Array(BLOCK_ROWS);
  const x = new Float64Array(BLOCK_ROWS * width);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const length = Math.min(BLOCK_ROWS, rows - from);
    for (let k = 0; k < length; k += 1) row[k] = from + k;
    read(row, length, x, width);
    for (let k = 0; k < length; k += 1) {
      let sum = 0;
      // NaN and Infinity times 0 leave NaN
      for (let f = 0; f < width; f += 1) sum += 0 * x[k * width + f]!;
      if (sum === 0) visit(from + k);
    }
  }
}

/** To mean 0 and variance 1 over the comparisons that are fitted. */
export function scaleFeatures(
  columns: ComparisonColumns,
  settings: RatingSettings,
  { features, read }: StyleFeatures,
): ScaledFeatures {
  const width = features.length;
  const { mean, variance, largest } = moments(columns, settings, read, width);
  const sd = variance.map((value, f) => {
    const spread = Math.sqrt(value);
    return spread > 1e-9 * largest[f]! ? spread : 0;
  });
  features.forEach((feature, f) => {
    if (!isFlag(feature)) return;
    mean[f] = 0;
    sd[f] = largest[f]! > 0 ? 1 : 0;
  });
  const used = features.map((_, f) => f).filter((f) => sd[f]! > 0);
  return { features, mean, sd, used, read: readScaled(read, width, used, mean, sd) };
}

/** In one pass, from the first row's values, so that what is alike in all rows leaves exactly nothing. */
function moments(
  columns: ComparisonColumns,
  settings: RatingSettings,
  read: ReadFeatures,
  width: number,
): { readonly mean: number[]; readonly variance: number[]; readonly largest: Float64Array } {
  const row = new Int32Array(BLOCK_ROWS);
  const x = new Float64Array(BLOCK_ROWS * width);
  const origin = new Float64Array(width);
  const sum = new Float64Array(width);
  const squares = new Float64Array(width);
  const largest = new Float64Array(width);
  let filled = 0;
  let rows = 0;
  const add = (): void => {
    read(row, filled, x, width);
    if (rows === 0) origin.set(x.subarray(0, width));
    for (let f = 0; f < width; f += 1) {
      for (let k = f; k < filled * width; k += width) {
        const gap = x[k]! - origin[f]!;
        sum[f]! += gap;
        squares[f]! += gap * gap;
        const size = Math.abs(x[k]!);
        if (size > largest[f]!) largest[f] = size;
      }
    }
    rows += filled;
    filled = 0;
  };
  scanComparisons(columns, settings, (at) => {
    row[filled] = at;
    filled += 1;
    if (filled === BLOCK_ROWS) add();
  });
  if (filled > 0) add();
  return {
    mean: Array.from(sum, (total, f) => origin[f]! + total / rows),
    variance: Array.from(squares, (total, f) => Math.max(0, total / rows - (sum[f]! / rows) ** 2)),
    largest,
  };
}

function readScaled(
  read: ReadFeatures,
  width: number,
  used: readonly number[],
  mean: readonly number[],
  sd: readonly number[],
): ReadFeatures {
  let raw = new Float64Array(BLOCK_ROWS * width);
  return (row, length, x, stride) => {
    if (raw.length < length * width) raw = new Float64Array(length * width);
    read(row, length, raw, width);
    used.forEach((f, to) => {
      const middle = mean[f]!;
      const unit = sd[f]!;
      for (let k = 0; k < length; k += 1) x[k * stride + to] = (raw[k * width + f]! - middle) / unit;
    });
  };
}
