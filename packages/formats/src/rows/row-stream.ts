import { ArenaError } from '@agon/domain';
import { readCsvHead } from './csv-dialect.ts';
import { CsvRows } from './csv-rows.ts';
import { decodeRow } from './decode-row.ts';
import { JsonArrayRows } from './json-array-rows.ts';
import { endOfValue, skipBlank } from './json-bytes.ts';
import { JsonLineRows } from './json-line-rows.ts';
import { JsonSequenceRows } from './json-sequence-rows.ts';
import { orientedRows } from './oriented-rows.ts';
import { parseJsonRow } from './parse-json.ts';
import type { RowSplitter, TakeRow } from './source-row.ts';
import { Utf8Source } from './utf8-source.ts';
import { findTable, WrappedRows } from './wrapped-rows.ts';

export type Shape = 'json' | 'jsonl' | 'csv';

/** What is told before the first row: the shape, and the columns where a header line names them. */
export type Opened = {
  readonly shape: Shape;
  readonly columns: readonly string[] | null;
  /** A CSV file's rows, for giving them a short way. */
  readonly csv: { readonly rows: CsvRows; readonly delimiter: string; readonly end: number } | null;
};

/** A row may be so long: more is a quote that does not close, or no file of rows. */
const LONGEST_ROW = 256 * 1024 * 1024;
/** A table in an object is looked for in so many bytes: the same ones, wherever chunks end. */
const TABLE_WITHIN = 65_536;

/**
 * A file's rows, whatever its shape: a JSON array of objects, one JSON object a line or over many, a table in an object
 * or written by columns, a single object, or CSV with a header line. Bytes come in chunks of any size, in order; rows go out as soon as they are whole. A byte-order mark
 * and Windows line ends are fine; a file in UTF-16 that says so by its mark is read as well.
 */
export class RowStream {
  readonly #name: string;
  readonly #open: (opened: Opened) => void;
  readonly #take: TakeRow;
  readonly #source = new Utf8Source();
  #splitter: RowSplitter | null = null;
  #csv: CsvRows | null = null;
  #held: Uint8Array[] = [];
  #heldSize = 0;
  /** A row that did not end is looked at again when there is twice as much of it. */
  #lookAt = 1;

  constructor(name: string, open: (opened: Opened) => void, take: TakeRow) {
    this.#name = name;
    this.#open = open;
    this.#take = take;
  }

  /** `chunk` may be used again by the caller afterwards. @throws ArenaError('invalid_file') */
  push(chunk: Uint8Array): void {
    this.#feed(this.#source.push(chunk), false);
  }

  /** @throws ArenaError('invalid_file') where there is no row to be had at all, or the file is cut off */
  end(): void {
    this.#feed(this.#source.end(), true);
    const nothing =
      this.#splitter === null
        ? 'is empty'
        : this.#csv !== null && !this.#csv.hasRows
          ? 'has a header line and no rows'
          : null;
    if (nothing === null) return;
    throw new ArenaError('invalid_file', `${this.#name} ${nothing}.`, {
      hint: 'Check the file: what wrote it may have found nothing, or may have been stopped.',
      at: { file: this.#name },
    });
  }

  #feed(chunk: Uint8Array, last: boolean): void {
    const size = this.#heldSize + chunk.length;
    if (size > LONGEST_ROW && !last) throw this.#tooLong();
    if (size < this.#lookAt && !last) {
      if (chunk.length > 0) this.#held.push(chunk.slice());
      this.#heldSize = size;
      return;
    }
    const bytes = this.#held.length === 0 ? chunk : join([...this.#held, chunk], size);
    const done = this.#split(bytes, last);
    const rest = bytes.length - done;
    this.#held = rest === 0 ? [] : [bytes.slice(done)];
    this.#heldSize = rest;
    this.#lookAt = Math.max(1, 2 * rest);
  }

  #split(bytes: Uint8Array, last: boolean): number {
    if (this.#splitter !== null) return this.#splitter.split(bytes, last);
    const first = bytes.find((byte) => byte > 0x20);
    if (first === undefined) return 0;
    if (first === 0x5b) this.#start('json', new JsonArrayRows(this.#name, this.#take));
    else if (first === 0x7b || /\.(jsonl|ndjson)$/i.test(this.#name)) return this.#openObjects(bytes, last);
    else {
      const head = readCsvHead(this.#name, bytes, last);
      if (head === null) return 0;
      const rows = new CsvRows(head.dialect, head.lines, this.#take);
      this.#splitter = rows;
      this.#csv = rows;
      const { columns, delimiter, end } = head.dialect;
      this.#open({ shape: 'csv', columns, csv: { rows, delimiter, end } });
      return head.next + rows.split(bytes.subarray(head.next), last);
    }
    return this.#split(bytes, last);
  }

  /** One object a line, objects over many lines, or one object, which is read when all of it is there. */
  #openObjects(bytes: Uint8Array, last: boolean): number {
    if (bytes.length < TABLE_WITHIN && !last) return 0;
    const start = bytes.subarray(0, TABLE_WITHIN);
    const listAt = isFollowed(start) ? null : findTable(start);
    if (listAt !== null) return this.#openTable(bytes, listAt, last);
    const kind = last ? kindOfAll(bytes) : kindOfStart(bytes);
    if (kind === 'unknown') return 0;
    if (kind === 'lines') this.#start('jsonl', new JsonLineRows(this.#take));
    else if (kind === 'sequence') this.#start('json', new JsonSequenceRows(this.#take));
    else return this.#openWhole(bytes, kind);
    return this.#split(bytes, last);
  }

  #openTable(bytes: Uint8Array, listAt: number, last: boolean): number {
    this.#start('json', new WrappedRows(this.#name, bytes, listAt, this.#take));
    return this.#split(bytes, last);
  }

  /** Of a table that is written by columns a row's line is its number. */
  #openWhole(bytes: Uint8Array, values: Values): number {
    const [key, ...others] = Object.keys(values);
    const isAlone = key !== undefined && others.length === 0;
    const listAt = isAlone ? findTable(bytes, new Set([key])) : findTable(bytes);
    if (listAt !== null) return this.#openTable(bytes, listAt, true);
    this.#start('json', { split: (all) => all.length });
    const rows = orientedRows(values);
    if (rows === null) this.#take({ line: lineOfFirst(bytes), values });
    else for (const [at, row] of rows.entries()) this.#take({ line: at + 1, values: row });
    return bytes.length;
  }

  #start(shape: Shape, splitter: RowSplitter): void {
    this.#splitter = splitter;
    this.#open({ shape, columns: null, csv: null });
  }

  #tooLong(): ArenaError {
    return new ArenaError('invalid_file', `${this.#name} holds a row of more than 256 MB.`, {
      hint: 'A quote or a bracket may not close.',
      at: { file: this.#name },
    });
  }
}

type Values = Readonly<Record<string, unknown>>;

/** Whether an object ends within the start of a file, and another follows: no table in an object. */
function isFollowed(start: Uint8Array): boolean {
  const end = endOfValue(start, skipBlank(start, 0));
  return end >= 0 && start[skipBlank(start, end)] === 0x7b;
}

/** Lines as soon as one of the first two is an object by itself, and others follow the first. */
function kindOfStart(bytes: Uint8Array): 'lines' | 'sequence' | 'unknown' {
  const first = bytes.indexOf(0x0a);
  if (first < 0) return 'unknown';
  if (objectIn(bytes.subarray(0, first)) !== null)
    return skipBlank(bytes, first) < bytes.length ? 'lines' : 'unknown';
  const second = bytes.indexOf(0x0a, first + 1);
  if (second < 0) return 'unknown';
  if (objectIn(bytes.subarray(first + 1, second)) !== null) return 'lines';
  const start = skipBlank(bytes, 0);
  const end = endOfValue(bytes, start);
  if (end < 0 || skipBlank(bytes, end) >= bytes.length) return 'unknown';
  return bytes.subarray(start, end).includes(0x0a) && bytes[skipBlank(bytes, end)] === 0x7b
    ? 'sequence'
    : 'lines';
}

/** Of all bytes. It first asks what a part of them was asked, so that chunks of any size have the same answer. */
function kindOfAll(bytes: Uint8Array): 'lines' | 'sequence' | Values {
  const kind = kindOfStart(bytes);
  return kind === 'unknown' ? (objectIn(bytes) ?? 'lines') : kind;
}

/** The line on which the first character stands that is no space. */
function lineOfFirst(bytes: Uint8Array): number {
  let line = 1;
  for (let at = 0; at < bytes.length && bytes[at]! <= 0x20; at += 1) if (bytes[at] === 0x0a) line += 1;
  return line;
}

function objectIn(bytes: Uint8Array): Values | null {
  const text = decodeRow(bytes);
  if (text === null) return null;
  const parsed = parseJsonRow(text);
  return parsed.fault === undefined ? parsed.value : null;
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
