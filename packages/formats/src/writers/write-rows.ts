type Row = Readonly<Record<string, unknown>>;

/** One JSON object a line; a line feed after each. */
export function writeJsonl(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/**
 * CSV (RFC 4180) with a header line, which the parts of a file after the first are without; lists as JSON, null as nothing. Cells that a spreadsheet would run as a formula get
 * a quote before them: a file made of other people's texts must be safe to open.
 */
export function writeCsv(rows: readonly Row[], isFirst = true): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly string[]) => `${cells.map(quoted).join(',')}\n`;
  return [
    ...(isFirst ? [line(columns)] : []),
    ...rows.map((row) => line(columns.map((column) => cellText(row[column])))),
  ].join('');
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  // -12.5 is a number, whatever it begins with
  if (typeof value === 'number') return String(value);
  return harmless(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Wide signs too: spreadsheets take them for the plain ones. */
function harmless(cell: string): string {
  return /^[=+\-@\t\r＝＋－＠]/.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
