import type { ComparisonColumns, RatingWarning } from '@agon/domain';
import { pickRows } from '../pairs/pick-rows.ts';

/** What is said of ratings whose rows were put in order. */
const ORDERED: RatingWarning = {
  code: 'ordered_by_time',
  message: 'The comparisons are taken in the order of their times.',
};

/**
 * Comparisons in the order of their times, for the methods that ask for an order; rows of one time stay in their own.
 * Where a row has no time they stay as they are, and `warning` is null.
 * @param atMs of each row; NaN where it is not known
 */
export function orderByTime(
  columns: ComparisonColumns,
  atMs: Float64Array,
): { readonly columns: ComparisonColumns; readonly warning: RatingWarning | null } {
  let isOrdered = true;
  for (let row = 0; row < columns.length; row += 1) {
    if (Number.isNaN(atMs[row]!)) return { columns, warning: null };
    if (row > 0 && atMs[row]! < atMs[row - 1]!) isOrdered = false;
  }
  if (isOrdered) return { columns, warning: ORDERED };
  const order = Int32Array.from({ length: columns.length }, (_, row) => row);
  order.sort((x, y) => atMs[x]! - atMs[y]! || x - y);
  return { columns: pickRows(columns, order), warning: ORDERED };
}
