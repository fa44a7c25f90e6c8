/** The one JSON document that `--json` promises. Unknown numbers are null, never NaN. */
export function printJson(document: unknown): void {
  const text = JSON.stringify(document, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? null : value,
  );
  process.stdout.write(`${text}\n`);
}

/**
 * Terminals obey control characters: a name out of a file must not move the cursor, clear the screen or turn the
 * direction of what is beside it (U+202E and its like).
 */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '\ufffd');
}

/** A name longer than this would push the numbers off every screen. */
const LONGEST_CELL = 80;

function clip(text: string): string {
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 1)}…` : text;
}

/** A table for people: columns as wide as their widest cell, numbers to the right. */
export function printTable(
  head: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): void {
  const texts = [head, ...rows].map((row) =>
    row.map((cell) => (cell === null ? '—' : clip(printable(String(cell)).replace(/[\t\n]/g, ' ')))),
  );
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

/** Progress and warnings, a line each whatever a name in them holds: never on stdout, where scripts read. */
export function note(text: string): void {
  process.stderr.write(`${printable(text).replace(/\s*\n\s*/g, ' ')}\n`);
}
