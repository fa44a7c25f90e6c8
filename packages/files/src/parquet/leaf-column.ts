import zlib from 'node:zlib';
import type { DecodedArray, PageHeader, SchemaTree } from 'hyparquet';
import { parquetHeader, readPage } from 'hyparquet/src/column.js';
import { convert } from 'hyparquet/src/convert.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { PAGE_COMPRESSORS, requirePageSize } from './page-compressors.ts';
import { decimalValue, VALUE_PARSERS } from './parquet-values.ts';

type ColumnDecoder = Parameters<typeof readPage>[2];

/** Reads bytes of the file; throws where they lie behind its end. */
export type ReadAt = (offset: number, length: number) => Uint8Array<ArrayBuffer>;

export type LeafPlace = {
  readonly schemaPath: SchemaTree[];
  readonly pathInSchema: string[];
  readonly codec: ColumnDecoder['codec'];
  readonly type: ColumnDecoder['type'];
  /** Bytes of the file, the pages of one row group. */
  readonly start: number;
  readonly end: number;
};

/** Page headers hold the least and the greatest value: mostly a few bytes, at times whole texts. */
const HEADER_WINDOWS = [4096, 1024 * 1024, 32 * 1024 * 1024];
/** Values that one page may claim; each takes some bytes before a single one is seen. */
const MOST_VALUES = 16_000_000;

/**
 * The values of one column of one row group, page by page: memory holds a page, however large the group is, and each page
 * is unpacked once.
 */
export class LeafColumn {
  readonly #read: ReadAt;
  readonly #end: number;
  readonly #decoder: ColumnDecoder;
  readonly #isRepeated: boolean;
  /** Scale, of a decimal whose digits are to be kept. */
  readonly #decimal: number | null;
  #at: number;
  #dictionary: DecodedArray | undefined;
  /** Rows that are read and not taken yet; the last one may go on in the next page where the column is a list. */
  #rows: unknown[] = [];
  #next = 0;

  constructor(read: ReadAt, place: LeafPlace) {
    this.#read = read;
    this.#at = place.start;
    this.#end = place.end;
    this.#isRepeated = getMaxRepetitionLevel(place.schemaPath) > 0;
    const { element } = place.schemaPath.at(-1)!;
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
  }

  /** The next rows, exactly so many. @throws where the file ends before */
  take(count: number): unknown[] {
    const open = this.#isRepeated ? 1 : 0;
    while (this.#rows.length - this.#next - open < count && this.#page());
    if (this.#rows.length - this.#next < count) throw new RangeError('a column has too few values');
    const taken = this.#rows.slice(this.#next, this.#next + count);
    this.#next += count;
    return this.#decimal === null ? taken : taken.map((value) => decimalValue(value, this.#decimal!));
  }

  /** Reads a page; false where there is none left. */
  #page(): boolean {
    if (this.#at >= this.#end) return false;
    const { header, body } = this.#nextPage();
    const reader = { view: new DataView(body.buffer, body.byteOffset, body.byteLength), offset: 0 };
    if (header.type === 'DICTIONARY_PAGE') {
      const { data } = readPage(reader, header, this.#decoder, undefined, undefined, 0);
      if (data !== undefined) this.#dictionary = convert(data, this.#decoder);
      return true;
    }
    const values = (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0;
    if (!(values >= 0 && values <= MOST_VALUES)) throw new RangeError(`a page claims ${values} values`);
    if (values === 0) return true;
    this.#rows = this.#rows.slice(this.#next);
    this.#next = 0;
    const second = header.data_page_header_v2;
    if (second !== undefined) second.num_nulls = nullsOf(second, body, this.#decoder.schemaPath);
    // a list's rows are appended to those that are there
    const previous = this.#isRepeated ? this.#rows : undefined;
    const { data } = readPage(reader, header, this.#decoder, this.#dictionary, previous, 0);
    if (data === undefined || data === this.#rows) return true;
    if (this.#rows.length === 0) this.#rows = Array.isArray(data) ? data : Array.from<unknown>(data);
    else for (const value of data) this.#rows.push(value);
    return true;
  }

  #nextPage(): { readonly header: PageHeader; readonly body: Uint8Array<ArrayBuffer> } {
    const { header, length } = this.#header();
    const size = header.compressed_page_size;
    requirePageSize(Number(header.uncompressed_page_size));
    this.#at += length;
    if (!(size >= 0 && this.#at + size <= this.#end))
      throw new RangeError('a page goes on behind its column');
    const body = this.#read(this.#at, size);
    this.#at += size;
    if (header.crc !== undefined && zlib.crc32(body) !== header.crc >>> 0)
      throw new RangeError('the checksum of a page is not that of its bytes');
    return { header, body };
  }

  #header(): { readonly header: PageHeader; readonly length: number } {
    const left = this.#end - this.#at;
    for (const window of HEADER_WINDOWS) {
      const bytes = this.#read(this.#at, Math.min(window, left));
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
      try {
        const header = parquetHeader(reader);
        // a text that was cut short has its whole length counted
        if (reader.offset <= bytes.length) return { header, length: reader.offset };
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      if (window >= left) break;
    }
    throw new RangeError('the header of a page has no end');
  }
}

/**
 * Values of a page of version 2 that are not stored. Counted from their levels: writers of nested columns (pyarrow 21) do
 * not count values of lists that are empty or null, though they are not stored either.
 */
function nullsOf(
  page: NonNullable<PageHeader['data_page_header_v2']>,
  body: Uint8Array<ArrayBuffer>,
  schemaPath: SchemaTree[],
): number {
  const deepest = getMaxDefinitionLevel(schemaPath);
  if (deepest === 0) return 0;
  const { repetition_levels_byte_length: start, definition_levels_byte_length: length } = page;
  const levels = new Array<number>(page.num_values);
  const view = new DataView(body.buffer, body.byteOffset + start, length);
  readRleBitPackedHybrid({ view, offset: 0 }, 32 - Math.clz32(deepest), levels, length);
  return levels.reduce((nulls, level) => (level === deepest ? nulls : nulls + 1), 0);
}

function withoutType({
  converted_type: _,
  logical_type: __,
  ...element
}: ColumnDecoder['element']): ColumnDecoder['element'] {
  return element;
}
