import { ArenaError } from '@agon/domain';
import { findRecord, splitCells } from './csv-record.ts';
import { decodeRow } from './decode-row.ts';
import { firstTwice } from './first-twice.ts';

export const [LINE_FEED, RETURN] = [0x0a, 0x0d];
/** A file that has returns but no line feed in so many bytes comes from an old Mac. */
const LINE_END_WITHIN = 65_536;
const DELIMITERS = [',', '\t', ';'] as const;

export type CsvDialect = {
  readonly columns: readonly string[];
  readonly delimiter: string;
  /** Byte that ends a record: a line feed, or a carriage return in files that have no line feed. */
  readonly end: number;
};

export type CsvHead = { readonly dialect: CsvDialect; readonly next: number; readonly lines: number };

/**
 * The header line of a CSV file; the delimiter is the one that gives it most columns.
 * @returns null where the header line does not end within `bytes`
 * @throws ArenaError('invalid_file') where there is no table: one column, or two columns of one name
 */
export function readCsvHead(name: string, bytes: Uint8Array, last: boolean): CsvHead | null {
  const end = lineEndOf(bytes, last);
  if (end === null) return null;
  const heads = DELIMITERS.map((delimiter) => headOf(bytes, delimiter, end, last));
  if (heads.includes(null)) return null;
  const best = heads.reduce((one, other) =>
    (other?.dialect.columns.length ?? 0) > (one?.dialect.columns.length ?? 0) ? other : one,
  );
  const columns = best?.dialect.columns ?? [];
  if (columns.length < 2) {
    throw new ArenaError('invalid_file', `${name} has one column: it is no table.`, {
      hint: 'Columns are separated by commas, tabs or semicolons, under a header line, in UTF-8.',
      at: { file: name, line: 1 },
    });
  }
  const twice = firstTwice(columns.filter((column) => column !== ''));
  if (twice !== undefined) {
    throw new ArenaError('invalid_file', `${name} has two columns "${twice}".`, {
      hint: 'Rename one of them: which of the two is meant cannot be known.',
      at: { file: name, line: 1, column: twice },
    });
  }
  return best ?? null;
}

/** Null: more bytes are needed to tell. */
function lineEndOf(bytes: Uint8Array, last: boolean): number | null {
  const start = bytes.subarray(0, LINE_END_WITHIN);
  if (start.includes(LINE_FEED)) return LINE_FEED;
  if (!last && start.length < LINE_END_WITHIN) return null;
  return start.includes(RETURN) ? RETURN : LINE_FEED;
}

function headOf(bytes: Uint8Array, delimiter: string, end: number, last: boolean): CsvHead | null {
  const nothing: CsvHead = { dialect: { columns: [], delimiter, end }, next: 0, lines: 0 };
  let from = 0;
  let lines = 0;
  // empty lines above the header
  while (bytes[from] === LINE_FEED || bytes[from] === RETURN) {
    if (bytes[from] === end) lines += 1;
    from += 1;
  }
  const found = findRecord(bytes, from, delimiter.charCodeAt(0), end, last);
  if (found === 'unfinished') return null;
  if (found === 'broken') return nothing;
  const text = decodeRow(bytes.subarray(from, found.end));
  if (text === null) return nothing;
  const columns = splitCells(text, delimiter, found.quoted).map((column) => column.trim());
  return { dialect: { columns, delimiter, end }, next: found.next, lines: lines + found.lines };
}
