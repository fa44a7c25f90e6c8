import { decodeRow, excerptOf, NOT_UTF8 } from './decode-row.ts';
import { countLines, endOfValue, JSON_BYTES, skipBlank } from './json-bytes.ts';
import { parseJsonRow } from './parse-json.ts';
import type { RowSplitter, TakeRow } from './source-row.ts';

/** JSON objects over many lines each, one behind the other, as `jq` prints them. What stands between them is a broken row. */
export class JsonSequenceRows implements RowSplitter {
  readonly #take: TakeRow;
  #line = 1;

  constructor(take: TakeRow) {
    this.#take = take;
  }

  split(bytes: Uint8Array, last: boolean): number {
    let from = 0;
    for (;;) {
      const start = skipBlank(bytes, from);
      this.#line += countLines(bytes, from, start);
      from = start;
      if (from >= bytes.length) return from;
      const isObject = bytes[from] === JSON_BYTES.openObject;
      const found = isObject ? endOfValue(bytes, from) : bytes.indexOf(JSON_BYTES.lineFeed, from);
      if (found < 0 && !last) return from;
      const end = found < 0 ? bytes.length : found;
      this.#row(bytes.subarray(from, end));
      this.#line += countLines(bytes, from, end);
      from = end;
    }
  }

  #row(bytes: Uint8Array): void {
    const line = this.#line;
    const text = decodeRow(bytes);
    const parsed = text === null ? { fault: NOT_UTF8 } : parseJsonRow(text);
    if (parsed.fault === undefined) this.#take({ line, values: parsed.value });
    else this.#take({ line, reason: parsed.fault, value: excerptOf(bytes) });
  }
}
