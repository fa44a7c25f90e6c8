import type { Search } from '#lib/board/switches/board-address.ts';

/** Columns of a table that a reader may show and hide, in their order. Benchmarks go by their name. */
export type ColumnSet = {
  readonly all: readonly string[];
  /** Shown before the reader has chosen. */
  readonly first: readonly string[];
};

/** More benchmarks than this are there to be chosen, and not shown at first: the table has to fit. */
const BENCHMARKS_AT_FIRST = 3;

/** The table of people's or judges' ratings. Rank, model and rating are the table itself. */
export function ratingColumns(benchmarks: readonly string[]): ColumnSet {
  return {
    all: ['plot', 'peer', ...benchmarks, 'votes'],
    first: ['plot', 'peer', ...benchmarks.slice(0, BENCHMARKS_AT_FIRST), 'votes'],
  };
}

/** The unified table. Rank, model and score are the table itself; single benchmarks are there to be chosen. */
export function unifiedColumns(benchmarks: readonly string[]): ColumnSet {
  const sources = ['plot', 'people', 'judges', 'benchmarks'];
  return {
    all: [...sources, ...benchmarks.filter((name) => !sources.includes(name)), 'first', 'measured'],
    first: [...sources, 'first', 'measured'],
  };
}

/** Columns to show: `columns=plot,votes` of the URL, or the first choice. Unknown names are passed over. */
export function columnsOf(search: Search, set: ColumnSet): string[] {
  const text = search.get('columns');
  if (text === null) return [...set.first];
  const asked = new Set(text.split(','));
  return set.all.filter((column) => asked.has(column));
}

/** The parameter's value after one column was shown or hidden; null where that is the first choice again. */
export function toggleColumn(shown: readonly string[], column: string, set: ColumnSet): string | null {
  const next = new Set(shown);
  if (!next.delete(column)) next.add(column);
  const list = set.all.filter((each) => next.has(each));
  const text = list.length === 0 ? 'none' : list.join(',');
  return text === set.first.join(',') ? null : text;
}
