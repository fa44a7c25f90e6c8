import type { ComparisonColumns, CountColumn, StyleColumns } from '@agon/domain';
import { timeOrder } from './time-order.ts';

/**
 * The comparisons in the order of their times, those of one time as they were.
 * @param atMs of each comparison, whole numbers, no NaN
 */
export function orderByTime(columns: ComparisonColumns, atMs: Float64Array): ComparisonColumns {
  if (isSorted(atMs)) return columns;
  const order = timeOrder(atMs);
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
