import type { Board } from '@agon/contract';
import type { ComparisonSource } from '@agon/domain';
import type { CapabilityRow } from './capability-rows.ts';
import type { RatingRow } from './rating-rows.ts';
import type { UnifiedRow } from './unified-rows.ts';

/** A cell of an exported table. Numbers are unrounded. */
type Cell = string | number | null;
export type TableRecord = Readonly<Record<string, Cell>>;

/** The rows that the table shows, in its order and with its columns; an estimate is three columns, as is a rank. */
export function shownRecords(
  rows: readonly RatingRow[],
  columns: readonly string[],
  source: ComparisonSource,
): TableRecord[] {
  const peer = source === 'people' ? 'judges' : 'people';
  return rows.map((row) => {
    const record: Record<string, Cell> = {
      rank: row.rank,
      rank_low: row.rankLow,
      rank_high: row.rankHigh,
      model: row.model,
      [source]: row.own.value,
      [`${source}_low`]: row.own.low,
      [`${source}_high`]: row.own.high,
    };
    for (const column of columns) {
      if (column === 'plot') continue;
      if (column === 'peer') {
        record[peer] = row.peer.value;
        record[`${peer}_low`] = row.peer.low;
        record[`${peer}_high`] = row.peer.high;
      } else if (column === 'votes') record.comparisons = row.comparisons;
      else record[column] = row.scores.get(column) ?? null;
    }
    return record;
  });
}

/** The unified table as it is shown; scores 0..100, `first` 0..1. */
export function unifiedRecords(rows: readonly UnifiedRow[], columns: readonly string[]): TableRecord[] {
  return rows.map((row) => {
    const record: Record<string, Cell> = {
      rank: row.rank,
      rank_low: row.rankLow,
      rank_high: row.rankHigh,
      model: row.model,
      score: row.score.value,
      score_low: row.score.low,
      score_high: row.score.high,
    };
    for (const column of columns) {
      if (column === 'plot') continue;
      if (column === 'people' || column === 'judges' || column === 'benchmarks') {
        record[column] = row.sources[column];
        record[`${column}_predicted`] = row.predicted.has(column) ? 1 : 0;
      } else if (column === 'first') record.first = row.first;
      else if (column === 'measured') {
        record.measured = row.measured.present;
        record.benchmarks_total = row.measured.of;
        record.provisional = row.provisional ? 1 : 0;
      } else {
        const cell = row.benchmarks.get(column);
        record[column] = cell?.value ?? null;
        record[`${column}_predicted`] = cell?.imputed === true ? 1 : 0;
      }
    }
    return record;
  });
}

/** Benchmark scores, one a line, by the order of the models: fractions 0..1 with their interval, items and source. */
export function scoreRecords(rows: readonly RatingRow[], scores: Board['scores']): TableRecord[] {
  return rows.flatMap(({ model }) =>
    scores
      .filter((score) => score.model === model)
      .map(({ benchmark, score, low, high, n, source }) => ({
        model,
        benchmark,
        score,
        low,
        high,
        n,
        source,
      })),
  );
}

/** One line a model and category: Elo points, or per cent for win rates. */
export function categoryRecords(
  rows: readonly CapabilityRow[],
  categories: readonly { readonly category: string }[],
): TableRecord[] {
  return rows.flatMap(({ model, overall, categories: own }) =>
    [
      { category: 'overall', estimate: overall },
      ...categories.map(({ category }) => ({ category, estimate: own.get(category) })),
    ].map(({ category, estimate }) => ({
      model,
      category,
      rating: estimate?.value ?? null,
      low: estimate?.low ?? null,
      high: estimate?.high ?? null,
    })),
  );
}

export function toJsonl(records: readonly TableRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** RFC 4180. A text that a spreadsheet would take for a formula gets a quote before it. */
export function toCsv(records: readonly TableRecord[]): string {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const lines = [columns, ...records.map((record) => columns.map((column) => record[column] ?? null))];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r＝＋－＠]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
