import { ArenaError } from '@agon/domain';
import { findRecord, splitCells } from './csv-record.ts';
import { decodeRow } from './decode-row.ts';
import { firstTwice } from './first-twice.ts';

const [LINE_FEED, RETURN] = [0x0a, 0x0d];
/** A file that has returns but no line feed in so many bytes comes from an old Mac. */
const LINE_END_WITHIN = 65_536;
const DELIMITERS = [',', '\t', ';', '|'] as const;
/** Line that Excel writes, and hides, above a header line to say what separates columns. */
const SEPARATOR_LINE = /^sep=(.)$/i;

/** `sep=;` and a line end are not longer. */
const SEPARATOR_WITHIN = 8;
/** Characters of a line that are shown. */
const SHOWN = 60;

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
  const said = separatorLine(bytes, end, last);
  if (said === 'unfinished') return null;
  const heads = (said === null ? DELIMITERS : [said.delimiter]).map((delimiter) =>
    headOf(bytes, delimiter, end, last, said?.next ?? 0),
  );
  if (heads.includes(null)) return null;
  const best = heads.reduce((one, other) =>
    (other?.dialect.columns.length ?? 0) > (one?.dialect.columns.length ?? 0) ? other : one,
  );
  const columns = best?.dialect.columns ?? [];
  if (columns.length < 2) {
    const what = columns[0] === undefined ? 'no header line that can be read' : 'one column';
    throw new ArenaError('invalid_file', `${name} has ${what}: it is no table.`, {
      hint: `Columns are separated by commas, tabs, semicolons or "|", under a header line, in UTF-8.${firstLine(columns)}`,
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

function firstLine([first]: readonly string[]): string {
  return first === undefined || first === '' ? '' : ` Here it says: ${first.slice(0, SHOWN)}`;
}

/** The delimiter that a first line names, and where the next line starts; null where it names none. */
function separatorLine(
  bytes: Uint8Array,
  end: number,
  last: boolean,
): { readonly delimiter: string; readonly next: number } | null | 'unfinished' {
  const at = bytes.indexOf(end);
  if (at < 0 && !last && bytes.length < SEPARATOR_WITHIN) return 'unfinished';
  const line = at < 0 || at > SEPARATOR_WITHIN ? null : decodeRow(bytes.subarray(0, at));
  const delimiter = SEPARATOR_LINE.exec(line?.replace(/\r$/, '') ?? '')?.[1];
  return delimiter === undefined || delimiter.charCodeAt(0) > 0x7f ? null : { delimiter, next: at + 1 };
}

/** Null: more bytes are needed to tell. */
function lineEndOf(bytes: Uint8Array, last: boolean): number | null {
  const start = bytes.subarray(0, LINE_END_WITHIN);
  if (start.includes(LINE_FEED)) return LINE_FEED;
  if (!last && start.length < LINE_END_WITHIN) return null;
  return start.includes(RETURN) ? RETURN : LINE_FEED;
}

function headOf(
  bytes: Uint8Array,
  delimiter: string,
  end: number,
  last: boolean,
  start: number,
): CsvHead | null {
  const nothing: CsvHead = { dialect: { columns: [], delimiter, end }, next: 0, lines: 0 };
  let from = start;
  let lines = start > 0 ? 1 : 0;
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
