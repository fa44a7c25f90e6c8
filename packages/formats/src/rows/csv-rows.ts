import type { CsvDialect } from './csv-dialect.ts';
import { findRecord, splitCells } from './csv-record.ts';
import { decodeRow, excerptOf, NOT_UTF8 } from './decode-row.ts';
import { EXCERPT, type RowSplitter, type SourceRow, type TakeRow } from './source-row.ts';

/** So many lines with broken quotes, and it is the file that is broken: each may cost a look at all that follows. */
const MAX_BROKEN_QUOTES = 1000;

/** Takes rows without making texts of their cells, where it can. */
export type RegularRows = {
  /** @returns where it stopped: at a row that is not for it, or that does not end within `bytes` */
  readonly take: (bytes: Uint8Array, from: number) => { readonly next: number; readonly lines: number };
};

/**
 * The records of a CSV file below its header line. Where quotes do not close, the line is a broken row, and reading goes
 * on with the next line, so that a stray quote costs one row and not the rest of the file.
 */
export class CsvRows implements RowSplitter {
  readonly #dialect: CsvDialect;
  readonly #take: TakeRow;
  #line: number;
  #broken = 0;
  #givenUp = false;
  /** Whether there was one, broken or not. */
  hasRows = false;
  /** Set once the format is known, where it has a short way. */
  regular: RegularRows | null = null;

  constructor(dialect: CsvDialect, headLines: number, take: TakeRow) {
    this.#dialect = dialect;
    this.#take = take;
    this.#line = headLines + 1;
  }

  split(bytes: Uint8Array, last: boolean): number {
    const separator = this.#dialect.delimiter.charCodeAt(0);
    const { end: lineEnd } = this.#dialect;
    let at = 0;
    while (at < bytes.length && !this.#givenUp) {
      if (this.regular !== null) {
        const { next, lines } = this.regular.take(bytes, at);
        at = next;
        this.#line += lines;
        if (lines > 0) this.hasRows = true;
        if (at >= bytes.length) break;
      }
      const found = findRecord(bytes, at, separator, lineEnd, last);
      if (found === 'unfinished') return at;
      if (found === 'broken') {
        const feed = bytes.indexOf(lineEnd, at);
        if (feed < 0 && !last) return at;
        const next = feed < 0 ? bytes.length : feed + 1;
        this.#brokenQuotes(bytes.subarray(at, next));
        at = next;
        continue;
      }
      // an empty line is no row
      if (found.end > at) {
        this.hasRows = true;
        this.#take(this.#row(bytes.subarray(at, found.end), found.quoted));
      }
      at = found.next;
      this.#line += found.lines;
    }
    return bytes.length;
  }

  #brokenQuotes(bytes: Uint8Array): void {
    this.hasRows = true;
    this.#broken += 1;
    this.#givenUp = this.#broken > MAX_BROKEN_QUOTES;
    const reason = this.#givenUp
      ? 'too many lines with broken quotes: nothing is read from here on'
      : 'the quotes do not close';
    this.#take({ line: this.#line, reason, value: excerptOf(bytes) });
    this.#line += 1;
  }

  #row(bytes: Uint8Array, quoted: boolean): SourceRow {
    const line = this.#line;
    const { columns, delimiter } = this.#dialect;
    const text = decodeRow(bytes);
    if (text === null) return { line, reason: NOT_UTF8, value: excerptOf(bytes) };
    const cells = splitCells(text, delimiter, quoted);
    if (cells.length !== columns.length) {
      const reason = `${cells.length} cells under ${columns.length} columns`;
      return { line, reason, value: text.slice(0, EXCERPT) };
    }
    const values: Record<string, string> = Object.create(null) as Record<string, string>;
    for (let i = 0; i < columns.length; i += 1) values[columns[i]!] = cells[i]!;
    return { line, values };
  }
}
