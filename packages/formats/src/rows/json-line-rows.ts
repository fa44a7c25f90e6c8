import { decodeRow, excerptOf, NOT_UTF8 } from './decode-row.ts';
import { endOfValue, JSON_BYTES, skipBlank } from './json-bytes.ts';
import { type ParsedJson, parseJsonRow } from './parse-json.ts';
import type { RowSplitter, TakeRow } from './source-row.ts';

/**
 * One JSON object a line; empty lines are passed over, a line that is no object is a broken row. Where files were joined
 * without a line end between them, or with their byte-order marks, a line holds two objects, and each is a row.
 */
export class JsonLineRows implements RowSplitter {
  readonly #take: TakeRow;
  #line = 0;

  constructor(take: TakeRow) {
    this.#take = take;
  }

  split(bytes: Uint8Array, last: boolean): number {
    let from = 0;
    while (from < bytes.length) {
      const feed = bytes.indexOf(0x0a, from);
      if (feed < 0 && !last) return from;
      const end = feed < 0 ? bytes.length : feed;
      this.#line += 1;
      this.#row(bytes.subarray(from, end));
      from = end + 1;
    }
    return bytes.length;
  }

  #row(bytes: Uint8Array): void {
    const text = decodeRow(bytes);
    if (text === null) {
      this.#take({ line: this.#line, reason: NOT_UTF8, value: excerptOf(bytes) });
      return;
    }
    // a byte-order mark is white space to trim()
    const trimmed = text.trim();
    if (trimmed === '') return;
    const parsed = parseJsonRow(trimmed);
    const rows = parsed.fault === undefined ? [parsed] : (joinedRows(bytes) ?? [parsed]);
    for (const row of rows) {
      if (row.fault === undefined) this.#take({ line: this.#line, values: row.value });
      else this.#take({ line: this.#line, reason: row.fault, value: excerptOf(bytes) });
    }
  }
}

/** The objects that stand one behind the other in a line; null where it is anything else, or one of them is no JSON. */
function joinedRows(bytes: Uint8Array): ParsedJson[] | null {
  const rows: ParsedJson[] = [];
  for (let from = skipBlank(bytes, 0); from < bytes.length; ) {
    if (bytes[from] !== JSON_BYTES.openObject) return null;
    const end = endOfValue(bytes, from);
    const text = end < 0 ? null : decodeRow(bytes.subarray(from, end));
    const row = text === null ? null : parseJsonRow(text);
    if (row === null || row.fault === 'not JSON') return null;
    rows.push(row);
    from = skipBlank(bytes, end);
  }
  return rows.length > 1 ? rows : null;
}
