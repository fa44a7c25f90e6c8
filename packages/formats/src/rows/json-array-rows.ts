import { ArenaError } from '@agon/domain';
import { decodeRow, excerptOf, NOT_UTF8 } from './decode-row.ts';
import { countLines, JSON_BYTES, skipBlank } from './json-bytes.ts';
import { parseJsonRow } from './parse-json.ts';
import type { RowSplitter, TakeRow } from './source-row.ts';

const { quote, comma, backslash, lineFeed, openList, closeList, openObject, closeObject } = JSON_BYTES;

/**
 * The elements of a JSON array, each with the line on which it starts. An element that is no JSON, or no object, is a
 * broken row; the others are read. Arrays may follow one another, as in files that were joined.
 */
export class JsonArrayRows implements RowSplitter {
  readonly #name: string;
  readonly #take: TakeRow;
  /** Of an array inside an object: what follows it is left. */
  readonly #isInner: boolean;
  #line: number;
  #state: 'before' | 'open' | 'first' | 'closed' = 'before';

  constructor(name: string, take: TakeRow, inner: { readonly line: number } | null = null) {
    this.#name = name;
    this.#take = take;
    this.#isInner = inner !== null;
    this.#line = inner?.line ?? 1;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** @throws ArenaError('invalid_file') with its line where the array is cut off, or followed by something else */
  split(bytes: Uint8Array, last: boolean): number {
    let from = 0;
    while (!(this.#isInner && this.isClosed)) {
      const next = skipBlank(bytes, from);
      this.#line += countLines(bytes, from, next);
      from = next;
      if (from >= bytes.length) break;
      // a byte-order mark that is not all there
      if (!last && bytes[from] === 0xef && bytes.length - from < 3) return from;
      if (this.#state === 'closed') {
        if (bytes[from] !== openList) throw this.#fault('there is more after the end of the list');
        this.#state = 'before';
      }
      if (this.#state === 'before') {
        from += 1;
        this.#state = 'first';
        continue;
      }
      const end = this.#element(bytes, from, last);
      if (end < 0) return from;
      from = end;
    }
    if (last && this.#state !== 'closed') throw this.#fault('the list has no end');
    return from;
  }

  /** Takes one element with the comma or the bracket behind it; returns where the next starts, or -1: unfinished. */
  #element(bytes: Uint8Array, from: number, last: boolean): number {
    let depth = 0;
    let lines = 0;
    let inText = false;
    for (let at = from; at < bytes.length; at += 1) {
      const unit = bytes[at]!;
      if (inText) {
        if (unit === backslash) at += 1;
        else if (unit === quote) inText = false;
        else if (unit === lineFeed) lines += 1;
      } else if (unit === quote) inText = true;
      else if (unit === lineFeed) lines += 1;
      else if (unit === openList || unit === openObject) depth += 1;
      else if (depth === 0 && (unit === comma || unit === closeList)) {
        this.#row(bytes.subarray(from, at), unit === closeList);
        this.#state = unit === closeList ? 'closed' : 'open';
        this.#line += lines;
        return at + 1;
      } else if (unit === closeList || unit === closeObject) {
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
