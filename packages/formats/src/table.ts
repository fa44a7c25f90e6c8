import { ArenaError } from '@agon/domain';
import { parse } from 'csv-parse/sync';

export type Shape = 'json' | 'jsonl' | 'csv';

export type TableRow = { readonly line: number; readonly values: Readonly<Record<string, unknown>> };

/** A row that is no record at all: a broken line of a JSONL file, a CSV line with too many cells. */
export type BrokenRow = { readonly line: number; readonly reason: string; readonly value: string };

export type Table = {
  readonly shape: Shape;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  readonly broken: readonly BrokenRow[];
};

/**
 * A file's rows, whatever its shape: a JSON array of objects, one JSON object a line, or CSV/TSV with a header line.
 * A byte-order mark and Windows line ends are fine. `line` counts from 1 and is where the row starts in the file.
 * @throws ArenaError('invalid_file') where there is no row to be had at all
 */
export function readTable(file: { readonly name: string; readonly text: string }): Table {
  const text = storable(file.text.replace(/^\uFEFF/, ''));
  const start = text.trimStart();
  if (start === '')
    throw new ArenaError('invalid_file', `${file.name} is empty.`, {
      hint: 'Check the file.',
      at: { file: file.name },
    });
  if (start.startsWith('[')) return readArray(file.name, text);
  if (start.startsWith('{')) return readLines(file.name, text);
  return readCsv(file.name, text);
}

function readArray(name: string, text: string): Table {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw invalidJson(name, text, cause);
  }
  if (!Array.isArray(value))
    throw new ArenaError('invalid_file', `${name} is no list of rows.`, { at: { file: name } });
  const lines = elementLines(text);
  const rows: TableRow[] = [];
  const broken: BrokenRow[] = [];
  for (const [i, element] of value.entries()) {
    const line = lines[i] ?? i + 1;
    if (isRecord(element)) rows.push({ line, values: element });
    else broken.push({ line, reason: 'not an object', value: JSON.stringify(element).slice(0, 100) });
  }
  return { shape: 'json', columns: columnsOf(rows), rows, broken };
}

function readLines(name: string, text: string): Table {
  const rows: TableRow[] = [];
  const broken: BrokenRow[] = [];
  // one object over many lines is a JSON file with a single row
  const whole = tryParse(text);
  if (isRecord(whole))
    return { shape: 'json', columns: Object.keys(whole), rows: [{ line: 1, values: whole }], broken };
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = tryParse(line);
    if (isRecord(value)) rows.push({ line: i + 1, values: value });
    else
      broken.push({
        line: i + 1,
        reason: value === undefined ? 'not JSON' : 'not an object',
        value: line.slice(0, 100),
      });
  }
  if (rows.length === 0)
    throw new ArenaError('invalid_file', `${name} holds no JSON object.`, {
      hint: 'Write one object a line, or a list.',
      at: { file: name, line: 1 },
    });
  return { shape: 'jsonl', columns: columnsOf(rows), rows, broken };
}

function readCsv(name: string, text: string): Table {
  const firstLine = text.slice(0, text.indexOf('\n') === -1 ? undefined : text.indexOf('\n'));
  const delimiter = [',', '\t', ';'].reduce((best, each) =>
    firstLine.split(each).length > firstLine.split(best).length ? each : best,
  );
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as typeof records;
  } catch (cause) {
    const line = typeof cause === 'object' && cause !== null && 'lines' in cause ? Number(cause.lines) : 1;
    throw new ArenaError(
      'invalid_file',
      `${name} is no CSV: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'Check the quotes at that line.',
        at: { file: name, line },
        cause,
      },
    );
  }
  const columns = (records[0]?.record ?? []).map((column) => column.trim());
  if (columns.length < 2) {
    throw new ArenaError('invalid_file', `${name} has one column: it is no table.`, {
      hint: 'Columns are separated by commas, tabs or semicolons, under a header line.',
      at: { file: name, line: 1 },
    });
  }
  const rows: TableRow[] = [];
  const broken: BrokenRow[] = [];
  let end = records[0]?.info.lines ?? 1;
  for (const { record, info } of records.slice(1)) {
    const line = end + 1;
    end = info.lines;
    if (record.length > columns.length) {
      broken.push({
        line,
        reason: `${record.length} cells under ${columns.length} columns`,
        value: record.join(delimiter).slice(0, 100),
      });
      continue;
    }
    rows.push({ line, values: Object.fromEntries(columns.map((column, i) => [column, record[i] ?? ''])) });
  }
  return { shape: 'csv', columns, rows, broken };
}

function columnsOf(rows: readonly TableRow[]): string[] {
  const columns = new Set<string>();
  for (const row of rows.slice(0, 100)) for (const column of Object.keys(row.values)) columns.add(column);
  return [...columns];
}

function tryParse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** No database stores a null character or half a surrogate pair; both become U+FFFD, as UTF-8 encoders have it. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Escapes can bring in what `storable` took out of the file: texts with such escapes are looked at once more. */
function parseJson(text: string): unknown {
  if (!/\\u(?:0000|[dD][89a-fA-F])/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? storable(value) : value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Line on which each element of a top-level array starts. */
function elementLines(text: string): number[] {
  const lines: number[] = [];
  let depth = 0;
  let line = 1;
  let inString = false;
  let expects = false;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit === 0x0a) line += 1;
    if (inString) {
      if (unit === 0x5c) i += 1;
      else if (unit === 0x22) inString = false;
      continue;
    }
    const isSpace = unit <= 0x20;
    if (expects && !isSpace && unit !== 0x5d) {
      lines.push(line);
      expects = false;
    }
    if (unit === 0x22) inString = true;
    else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth === 1) expects = true;
    } else if (unit === 0x5d || unit === 0x7d) depth -= 1;
    else if (unit === 0x2c && depth === 1) expects = true;
  }
  return lines;
}

function invalidJson(name: string, text: string, cause: unknown): ArenaError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const position = /position (\d+)/.exec(message)?.[1];
  const offset = position === undefined ? text.length : Number(position);
  const before = text.slice(0, offset);
  return new ArenaError('invalid_file', `${name} is no JSON: ${message}`, {
    hint: 'The file may be cut off; fetch it again.',
    at: { file: name, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') },
    cause,
  });
}
