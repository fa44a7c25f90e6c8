/** The one JSON document that `--json` promises. Unknown numbers are null, never NaN. */
export function printJson(document: unknown): void {
  const text = JSON.stringify(document, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? null : value,
  );
  process.stdout.write(`${text}\n`);
}

/** A table for people: columns as wide as their widest cell, numbers to the right. */
export function printTable(
  head: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): void {
  const texts = [head, ...rows].map((row) => row.map((cell) => (cell === null ? '—' : String(cell))));
  const widths = head.map((_, i) => Math.max(...texts.map((row) => row[i]?.length ?? 0)));
  const isNumber = head.map((_, i) =>
    rows.every(
      (row) => row[i] === null || typeof row[i] === 'number' || /^[\d.,+−±%\s–-]+$/.test(String(row[i])),
    ),
  );
  for (const row of texts) {
    const line = row
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ');
    process.stdout.write(`${line.trimEnd()}\n`);
  }
}

/** Progress and warnings: never on stdout, where scripts read. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
