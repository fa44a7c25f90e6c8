import type { Search } from '#lib/board/switches/board-address.ts';

/** What a column sorts by: one of the table's own columns, or the name of a benchmark or category. */
export type SortKey = string;
export type RowOrder = { readonly key: SortKey; readonly falling: boolean };

const DEFAULT_ORDER: RowOrder = { key: 'rank', falling: false };
/** Columns where the small, or the first of the alphabet, is what people look for. */
const RISING_FIRST = new Set(['rank', 'model']);

/** `sort=votes` rises, `sort=-votes` falls. */
export function orderOf(search: Search): RowOrder {
  const text = search.get('sort') ?? '';
  if (text === '' || text === '-') return DEFAULT_ORDER;
  return text.startsWith('-') ? { key: text.slice(1), falling: true } : { key: text, falling: false };
}

/** What a press on a column's head asks for, as the parameter's value; null: the order of the board itself. */
export function nextSort(order: RowOrder, key: SortKey): string | null {
  const falling = order.key === key ? !order.falling : !RISING_FIRST.has(key);
  if (key === DEFAULT_ORDER.key && falling === DEFAULT_ORDER.falling) return null;
  return falling ? `-${key}` : key;
}

/**
 * Rows in an order; those without a value stay last whichever way it runs, and equals keep the board's order.
 * @param read what a row has under a column; null: nothing
 */
export function orderRows<Row>(
  rows: readonly Row[],
  order: RowOrder,
  read: (row: Row, key: SortKey) => number | string | null,
): Row[] {
  return rows
    .map((row, i) => ({ row, i, value: read(row, order.key) }))
    .sort((x, y) => {
      if (x.value === null || y.value === null) {
        return x.value === y.value ? x.i - y.i : x.value === null ? 1 : -1;
      }
      const step =
        typeof x.value === 'string' || typeof y.value === 'string'
          ? String(x.value).localeCompare(String(y.value), 'en', { numeric: true })
          : x.value - y.value;
      return step === 0 ? x.i - y.i : order.falling ? -step : step;
    })
    .map(({ row }) => row);
}
