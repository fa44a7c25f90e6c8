import { decodeRow, excerptOf, NOT_UTF8 } from './decode-row.ts';
import { parseJsonRow } from './parse-json.ts';
import type { RowSplitter, TakeRow } from './source-row.ts';

/** One JSON object a line; empty lines are passed over, a line that is no object is a broken row. */
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
    if (text.trim() === '') return;
    const parsed = parseJsonRow(text);
    if (parsed.fault === undefined) this.#take({ line: this.#line, values: parsed.value });
    else this.#take({ line: this.#line, reason: parsed.fault, value: excerptOf(bytes) });
  }
}
