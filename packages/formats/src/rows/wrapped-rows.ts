import { ArenaError } from '@agon/domain';
import { decodeRow } from './decode-row.ts';
import { JsonArrayRows } from './json-array-rows.ts';
import { countLines, endOfValue, JSON_BYTES, skipBlank } from './json-bytes.ts';
import { parseJsonRow } from './parse-json.ts';
import { isBroken, type RowSplitter, type SourceRow, type TakeRow } from './source-row.ts';

const { quote, comma, colon, openList, closeList, openObject, closeObject } = JSON_BYTES;
/** A list of objects under one of these names is the table, whatever stands beside it. */
const TABLE_NAMES: ReadonlySet<string> = new Set(['data', 'rows', 'records', 'battles', 'votes']);

/** Where the list starts that is the table of an object; null where there is none within `bytes`. */
export function findTable(bytes: Uint8Array, names: ReadonlySet<string> = TABLE_NAMES): number | null {
  let at = skipBlank(bytes, 0);
  if (bytes[at] !== openObject) return null;
  for (;;) {
    at = skipBlank(bytes, at + 1);
    if (bytes[at] !== quote) return null;
    const end = endOfValue(bytes, at);
    if (end < 0) return null;
    const key = decodeRow(bytes.subarray(at + 1, end - 1));
    at = skipBlank(bytes, end);
    if (bytes[at] !== colon) return null;
    at = skipBlank(bytes, at + 1);
    if (key !== null && names.has(key) && bytes[at] === openList) {
      const first = bytes[skipBlank(bytes, at + 1)];
      if (first === openObject) return at;
    }
    at = endOfMember(bytes, at);
    if (bytes[at] !== comma) return null;
  }
}

/** At the comma or the bracket behind a value; the end of `bytes` where it lies further on. */
function endOfMember(bytes: Uint8Array, from: number): number {
  const unit = bytes[from];
  if (unit === quote || unit === openList || unit === openObject) {
    const end = endOfValue(bytes, from);
    return end < 0 ? bytes.length : skipBlank(bytes, end);
  }
  let at = from;
  while (at < bytes.length && bytes[at] !== comma && bytes[at] !== closeObject && bytes[at] !== closeList)
    at += 1;
  return at;
}

/** The rows of a list that is a value in an object: `{"data": [{…}, …]}`. They go out as they come. */
export class WrappedRows implements RowSplitter {
  readonly #name: string;
  readonly #list: JsonArrayRows;
  readonly #listAt: number;
  #started = false;

  /** @param start of the file, as far as the list @param listAt where the list starts in it */
  constructor(name: string, start: Uint8Array, listAt: number, take: TakeRow) {
    this.#name = name;
    this.#listAt = listAt;
    const inner = { line: countLines(start, 0, listAt) + 1 };
    this.#list = new JsonArrayRows(name, (row) => take(unwrapped(row)), inner);
  }

  split(bytes: Uint8Array, last: boolean): number {
    let from = this.#started ? 0 : this.#listAt;
    this.#started = true;
    if (!this.#list.isClosed) from += this.#list.split(bytes.subarray(from), last);
    if (!last) return from;
    this.#checkRest(bytes.subarray(from));
    return bytes.length;
  }

  #checkRest(bytes: Uint8Array): void {
    const text = decodeRow(bytes);
    const rest = text === null ? null : parseJsonRow(`{"":0${text}`);
    if (rest !== null && rest.fault === undefined) return;
    throw new ArenaError('invalid_file', `${this.#name} is no complete JSON object.`, {
      hint: 'The file may be cut off; fetch it again. Rows may also be written one object a line.',
      at: { file: this.#name },
    });
  }
}

/** The Hugging Face dataset server numbers its rows, and puts each into an object of its own. */
function unwrapped(row: SourceRow): SourceRow {
  if (isBroken(row) || typeof row.values.row_idx !== 'number') return row;
  const { row: inner } = row.values;
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return row;
  return { line: row.line, values: inner as Readonly<Record<string, unknown>> };
}
