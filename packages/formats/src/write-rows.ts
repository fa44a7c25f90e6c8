import { stringify } from 'csv-stringify/sync';

type Row = Readonly<Record<string, unknown>>;

/** One JSON object a line; a line feed after each. */
export function writeJsonl(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/**
 * CSV (RFC 4180) with a header line; lists as JSON, null as nothing. Cells that a spreadsheet would run as a formula get
 * a quote before them: a file made of other people's texts must be safe to open.
 */
export function writeCsv(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) =>
    columns.map((column) => {
      const value = row[column];
      return value === null || value === undefined
        ? ''
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value);
    }),
  );
  return stringify([columns, ...cells], { escape_formulas: true });
}
