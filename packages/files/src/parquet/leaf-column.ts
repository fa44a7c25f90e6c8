import type { DecodedArray, SchemaTree } from 'hyparquet';
import { assembleLists } from 'hyparquet/src/assemble.js';
import { convertWithDictionary } from 'hyparquet/src/convert.js';
import { getMaxDefinitionLevel } from 'hyparquet/src/schema.js';
import { type ColumnDecoder, type ColumnPage, ColumnPages, type ReadAt } from './column-pages.ts';
import { PAGE_COMPRESSORS } from './page-compressors.ts';
import { decimalValue, VALUE_PARSERS } from './parquet-values.ts';

export type LeafPlace = {
  readonly schemaPath: SchemaTree[];
  readonly pathInSchema: string[];
  readonly codec: ColumnDecoder['codec'];
  readonly type: ColumnDecoder['type'];
  /** Bytes of the file, the pages of one row group. */
  readonly start: number;
  readonly end: number;
};

/**
 * The values of one column of one row group, as many rows at a time as are asked for: memory holds a page and these rows,
 * however large the group is, and each page is unpacked once.
 */
export class LeafColumn {
  readonly #pages: ColumnPages;
  readonly #decoder: ColumnDecoder;
  /** Level of a value that is stored. */
  readonly #deepest: number;
  /** Scale, of a decimal whose digits are to be kept. */
  readonly #decimal: number | null;
  #page: ColumnPage | null = null;
  #level = 0;
  #value = 0;

  constructor(read: ReadAt, place: LeafPlace) {
    const { element } = place.schemaPath.at(-1)!;
    this.#deepest = getMaxDefinitionLevel(place.schemaPath);
    this.#decimal =
      element.converted_type === 'DECIMAL' && place.schemaPath.length === 2 ? (element.scale ?? 0) : null;
    this.#decoder = {
      pathInSchema: place.pathInSchema,
      codec: place.codec,
      type: place.type,
      // without its type a decimal stays as the bytes that it is
      element: this.#decimal === null ? element : withoutType(element),
      schemaPath: place.schemaPath,
      parsers: VALUE_PARSERS,
      compressors: PAGE_COMPRESSORS,
      utf8: this.#decimal === null,
    };
    this.#pages = new ColumnPages(read, this.#decoder, place.start, place.end);
  }

  /** The next rows, exactly so many. @throws where the column ends before */
  take(count: number): unknown[] {
    const rows: unknown[] = [];
    for (;;) {
      if (this.#page === null) {
        this.#page = this.#pages.next();
        this.#level = 0;
        this.#value = 0;
        if (this.#page === null) break;
      }
      // a list may go on in the next page: only a row that starts behind it ends it
      if (!this.#takeFrom(this.#page, rows, count)) break;
    }
    if (rows.length < count) throw new RangeError('a column has too few values');
    return this.#decimal === null ? rows : rows.map((value) => decimalValue(value, this.#decimal!));
  }

  /** Appends rows of a page until there are `count`; false where another row starts. */
  #takeFrom(page: ColumnPage, rows: unknown[], count: number): boolean {
    const { definitions, repetitions } = page;
    const levels = definitions?.length ?? repetitions?.length ?? page.values.length;
    const from = this.#level;
    const end = endOfRows(repetitions, from, levels, count - rows.length);
    let stored = end - from;
    if (definitions !== null) {
      stored = 0;
      for (let at = from; at < end; at += 1) if (definitions[at] === this.#deepest) stored += 1;
    }
    if (end > from) {
      const values = page.values.slice(this.#value, this.#value + stored) as DecodedArray;
      this.#append(page, rows, values, from, end);
    }
    this.#level = end;
    this.#value += stored;
    if (end < levels) return false;
    this.#page = null;
    return true;
  }

  #append(page: ColumnPage, rows: unknown[], stored: DecodedArray, from: number, end: number): void {
    const values = convertWithDictionary(stored, page.dictionary, page.encoding, this.#decoder);
    const levels = (of: Uint8Array | null) => (of === null ? [] : Array.from(of.subarray(from, end)));
    const [definitions, repetitions] = [levels(page.definitions), levels(page.repetitions)];
    const { schemaPath } = this.#decoder;
    if (page.repetitions !== null) assembleLists(rows, definitions, repetitions, values, schemaPath);
    else for (const row of assembleLists([], definitions, repetitions, values, schemaPath)) rows.push(row);
  }
}

/** Where the row behind the next `rows` ones starts; what is left of one that has started comes before them. */
function endOfRows(repetitions: Uint8Array | null, from: number, levels: number, rows: number): number {
  if (repetitions === null) return Math.min(levels, from + rows);
  let at = from;
  for (let left = rows; at < levels; at += 1) {
    if (repetitions[at] !== 0) continue;
    if (left === 0) break;
    left -= 1;
  }
  return at;
}

function withoutType({
  converted_type: _,
  logical_type: __,
  ...element
}: ColumnDecoder['element']): ColumnDecoder['element'] {
  return element;
}
