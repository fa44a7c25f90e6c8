import type { ComparisonColumns, CountColumn, StyleColumns } from '@agon/domain';

/**
 * The comparisons in the order of their times, those of one time as they were. Null where some comparison has no time:
 * then nothing is known but the order of the file.
 * @param atMs of each comparison, NaN where it has none
 */
export function orderByTime(columns: ComparisonColumns, atMs: Float64Array): ComparisonColumns | null {
  if (columns.length === 0 || atMs.some(Number.isNaN)) return null;
  if (isSorted(atMs)) return columns;
  const order = Uint32Array.from(atMs, (_, row) => row).sort(
    (one, other) => atMs[one]! - atMs[other]! || one - other,
  );
  const { style, ...rest } = columns;
  const ordered = Object.entries(rest).map(([name, column]) => [
    name,
    ArrayBuffer.isView(column) ? taken(column as Column, order) : column,
  ]);
  return {
    ...(Object.fromEntries(ordered) as Omit<ComparisonColumns, 'style'>),
    ...(style === undefined
      ? {}
      : { style: { a: takenCounts(style.a, order), b: takenCounts(style.b, order) } }),
  };
}

type Column = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array | CountColumn;

function isSorted(atMs: Float64Array): boolean {
  for (let row = 1; row < atMs.length; row += 1) if (atMs[row]! < atMs[row - 1]!) return false;
  return true;
}

function taken<Numbers extends Column>(column: Numbers, order: Uint32Array): Numbers {
  const ordered = column.slice() as Numbers;
  for (let row = 0; row < order.length; row += 1) ordered[row] = column[order[row]!]!;
  return ordered;
}

function takenCounts(counts: StyleColumns, order: Uint32Array): StyleColumns {
  return Object.fromEntries(
    Object.entries(counts).map(([name, column]) => [name, taken(column, order)]),
  ) as StyleColumns;
}
