import zlib from 'node:zlib';
import type { DecodedArray, PageHeader, SchemaTree } from 'hyparquet';
import { parquetHeader, readPage } from 'hyparquet/src/column.js';
import { convert } from 'hyparquet/src/convert.js';
import { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { getMaxDefinitionLevel } from 'hyparquet/src/schema.js';
import { requirePageSize } from './page-compressors.ts';

export type ColumnDecoder = Parameters<typeof readPage>[2];

/** Reads bytes of the file; throws where they lie behind its end. */
export type ReadAt = (offset: number, length: number) => Uint8Array<ArrayBuffer>;

/** A page unpacked, its rows not built yet: built, the rows of nested columns take a hundred times as much. */
export type ColumnPage = {
  /** Of each value, stored or not; null: all are stored. */
  readonly definitions: Uint8Array | null;
  /** Of each value, 0 where a row starts; null: each is a row. */
  readonly repetitions: Uint8Array | null;
  /** Those that are stored, or their places in the dictionary. */
  readonly values: DecodedArray;
  readonly encoding: NonNullable<PageHeader['data_page_header']>['encoding'];
  readonly dictionary: DecodedArray | undefined;
};

/** Page headers hold the least and the greatest value: mostly a few bytes, at times whole texts. */
const HEADER_WINDOWS = [4096, 1024 * 1024, 32 * 1024 * 1024];
/** Values that one page may claim; each takes some bytes before a single one is seen. */
const MAX_VALUES = 16_000_000;

/** The pages of one column of one row group, from its bytes `start` .. `end - 1` of the file. */
export class ColumnPages {
  readonly #read: ReadAt;
  readonly #decoder: ColumnDecoder;
  readonly #end: number;
  #at: number;
  #dictionary: DecodedArray | undefined;

  constructor(read: ReadAt, decoder: ColumnDecoder, start: number, end: number) {
    this.#read = read;
    this.#decoder = decoder;
    this.#at = start;
    this.#end = end;
  }

  /** The next page that holds values; null where there is none. */
  next(): ColumnPage | null {
    while (this.#at < this.#end) {
      const { header, body } = this.#nextBytes();
      if (header.type === 'DICTIONARY_PAGE') {
        const reader = { view: new DataView(body.buffer, body.byteOffset, body.byteLength), offset: 0 };
        const { data } = readPage(reader, header, this.#decoder, undefined, undefined, 0);
        if (data !== undefined) this.#dictionary = convert(data, this.#decoder);
        continue;
      }
      const about = header.data_page_header ?? header.data_page_header_v2;
      if (about === undefined) continue;
      const { num_values: values, encoding } = about;
      if (!(values >= 0 && values <= MAX_VALUES)) throw new RangeError(`a page claims ${values} values`);
      if (values === 0) continue;
      const { definitionLevels = [], repetitionLevels, dataPage } = this.#decode(header, body);
      return {
        definitions: definitionLevels.length === 0 ? null : Uint8Array.from(definitionLevels),
        repetitions: repetitionLevels.length === 0 ? null : Uint8Array.from(repetitionLevels),
        values: dataPage,
        encoding,
        dictionary: this.#dictionary,
      };
    }
    return null;
  }

  #decode(header: PageHeader, body: Uint8Array<ArrayBuffer>) {
    const { codec, compressors, schemaPath } = this.#decoder;
    const { data_page_header: first, data_page_header_v2: second } = header;
    if (first !== undefined) {
      const page = decompressPage(body, Number(header.uncompressed_page_size), codec, compressors);
      return readDataPage(page, first, this.#decoder);
    }
    second!.num_nulls = nullsOf(second!, body, schemaPath);
    return readDataPageV2(body, header, this.#decoder);
  }

  #nextBytes(): { readonly header: PageHeader; readonly body: Uint8Array<ArrayBuffer> } {
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
        return { header: parquetHeader(reader), length: reader.offset };
      } catch (error) {
        // the window may have been too small
        if (window >= left) throw error;
      }
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
