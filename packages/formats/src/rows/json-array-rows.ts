import { ArenaError } from '@agon/domain';
import { decodeRow, excerptOf, NOT_UTF8 } from './decode-row.ts';
import { parseJsonRow } from './parse-json.ts';
import type { RowSplitter, TakeRow } from './source-row.ts';

const [QUOTE, COMMA, BACKSLASH, LINE_FEED] = [0x22, 0x2c, 0x5c, 0x0a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The elements of a JSON array, each with the line on which it starts. An element that is no JSON, or no object, is a
 * broken row; the others are read.
 */
export class JsonArrayRows implements RowSplitter {
  readonly #name: string;
  readonly #take: TakeRow;
  #line = 1;
  #state: 'before' | 'open' | 'first' | 'closed' = 'before';

  constructor(name: string, take: TakeRow) {
    this.#name = name;
    this.#take = take;
  }

  /** @throws ArenaError('invalid_file') with its line where the array is cut off, or followed by more */
  split(bytes: Uint8Array, last: boolean): number {
    let from = 0;
    for (;;) {
      from = this.#skipSpace(bytes, from);
      if (from >= bytes.length) break;
      if (this.#state === 'closed') throw this.#fault('there is more after the end of the list');
      if (this.#state === 'before') {
        from += 1;
        this.#state = 'first';
        continue;
      }
      const next = this.#element(bytes, from, last);
      if (next < 0) return from;
      from = next;
    }
    if (last && this.#state !== 'closed') throw this.#fault('the list has no end');
    return bytes.length;
  }

  #skipSpace(bytes: Uint8Array, from: number): number {
    let at = from;
    for (; at < bytes.length && bytes[at]! <= 0x20; at += 1) if (bytes[at] === LINE_FEED) this.#line += 1;
    return at;
  }

  /** Takes one element with the comma or the bracket behind it; returns where the next starts, or -1: unfinished. */
  #element(bytes: Uint8Array, from: number, last: boolean): number {
    let depth = 0;
    let lines = 0;
    let inText = false;
    for (let at = from; at < bytes.length; at += 1) {
      const unit = bytes[at]!;
      if (inText) {
        if (unit === BACKSLASH) at += 1;
        else if (unit === QUOTE) inText = false;
        else if (unit === LINE_FEED) lines += 1;
      } else if (unit === QUOTE) inText = true;
      else if (unit === LINE_FEED) lines += 1;
      else if (unit === OPEN_LIST || unit === OPEN_OBJECT) depth += 1;
      else if (depth === 0 && (unit === COMMA || unit === CLOSE_LIST)) {
        this.#row(bytes.subarray(from, at), unit === CLOSE_LIST);
        this.#state = unit === CLOSE_LIST ? 'closed' : 'open';
        this.#line += lines;
        return at + 1;
      } else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) {
        depth -= 1;
        if (depth < 0) throw this.#fault('a bracket is closed that was not opened');
      }
    }
    if (last) throw this.#fault(`the row that starts in line ${this.#line} has no end`);
    return -1;
  }

  #row(bytes: Uint8Array, closes: boolean): void {
    const line = this.#line;
    const text = decodeRow(bytes);
    if (text === null) {
      this.#take({ line, reason: NOT_UTF8, value: excerptOf(bytes) });
      return;
    }
    if (text.trim() === '') {
      if (this.#state !== 'first' || !closes)
        this.#take({ line, reason: 'nothing between two commas', value: '' });
      return;
    }
    const parsed = parseJsonRow(text);
    if (parsed.fault === undefined) this.#take({ line, values: parsed.value });
    else this.#take({ line, reason: parsed.fault, value: excerptOf(bytes) });
  }

  #fault(what: string): ArenaError {
    return new ArenaError('invalid_file', `${this.#name} is no complete JSON list: ${what}.`, {
      hint: 'The file may be cut off; fetch it again.',
      at: { file: this.#name, line: this.#line },
    });
  }
}
