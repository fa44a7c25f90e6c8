import { ArenaError } from '@agon/domain';
import { type ArrowField, bufferCount, readFields } from './arrow-schema.ts';
import { FlatTable } from './flat-table.ts';
import { type ArrowCodec, type Unzstd, unpackBuffer } from './packed-buffers.ts';
import { type ByteRange, readTextValues } from './text-values.ts';

/** Fills `target` with the file's bytes from `offset` on; there are always enough. */
export type ReadInto = (target: Uint8Array, offset: number) => void;

/** Where a column of a batch stands in the file. */
export type ArrowColumn = {
  /** Values, those that are null among them. */
  readonly length: number;
  readonly nulls: number;
  /** Validity first, then what the type has. */
  readonly buffers: readonly ByteRange[];
  /** In the order of the field's. */
  readonly children: readonly ArrowColumn[];
};

export type ArrowBatch = {
  readonly rows: number;
  /** In the order of the schema's fields. */
  readonly columns: readonly ArrowColumn[];
  /** Values of dictionaries, by id, as they are when this batch is read; null for a null value. */
  readonly dictionaries: ReadonlyMap<number, readonly (string | null)[]>;
  /** The whole of a buffer, of a batch whose buffers are packed; null: they lie in the file as they are. */
  readonly unpacked: ((range: ByteRange) => Uint8Array) | null;
};

export type ArrowFile = {
  readonly name: string;
  readonly fields: readonly ArrowField[];
  readonly rows: number;
  readonly batches: readonly ArrowBatch[];
};

export const ARROW_MAGIC = 'ARROW1';
const MAGIC_SIZE = 6;
const [FOOTER_SCHEMA, FOOTER_DICTIONARIES, FOOTER_BATCHES] = [1, 2, 3];
const [MESSAGE_HEADER_TYPE, MESSAGE_HEADER] = [1, 2];
const [HEADER_DICTIONARY, HEADER_BATCH] = [2, 3];
const CONTINUATION = 0xffffffff;
/** Bytes of metadata that a field takes at least: its table, and its place in a list. */
const MIN_FIELD = 8;
/** By the number of a codec in Message.fbs. */
const CODECS: readonly ArrowCodec[] = ['lz4', 'zstd'];

export function isArrow(start: Uint8Array): boolean {
  return [...ARROW_MAGIC].every((letter, i) => start[i] === letter.charCodeAt(0));
}

/**
 * Opens an Arrow IPC file (Feather v2): reads the footer, the heads of the batches and the dictionaries, and leaves the
 * columns where they are.
 * @param unzstd for files that are packed with zstd; LZ4 is read without help
 * @throws ArenaError('invalid_file') where it is cut off, big-endian or otherwise not to be read
 */
export function openArrow(name: string, size: number, read: ReadInto, unzstd?: Unzstd): ArrowFile {
  const file = new OpenFile(name, size, read, unzstd);
  try {
    return file.open();
  } catch (error) {
    // what a damaged offset does to the reading of metadata
    if (error instanceof RangeError) throw file.fault(`its metadata is damaged (${error.message})`);
    throw error;
  }
}

type Block = { readonly offset: number; readonly metadata: number; readonly kind: 'dictionary' | 'batch' };

class OpenFile {
  readonly #name: string;
  readonly #size: number;
  readonly #read: ReadInto;
  readonly #dictionaries = new Map<number, readonly (string | null)[]>();
  readonly #unzstd: Unzstd;

  constructor(name: string, size: number, read: ReadInto, unzstd: Unzstd | undefined) {
    this.#unzstd =
      unzstd ??
      (() => {
        throw this.fault('it is packed with zstd');
      });
    this.#name = name;
    this.#size = size;
    this.#read = read;
  }

  open(): ArrowFile {
    const footer = this.#footer();
    const schema = footer.table(FOOTER_SCHEMA);
    if (schema === null) throw this.fault('it has no schema');
    if (schema.int16(0) !== 0) throw this.fault('it is big-endian');
    const fields = readFields(schema.tables(1), footer.size / MIN_FIELD);
    const blocks = this.#blocks(footer);
    const valueTypes = new Map<number, ArrowField>();
    for (const field of fields.flatMap(withChildren))
      if (field.dictionary !== null) valueTypes.set(field.dictionary.id, { ...field, dictionary: null });
    const batches: ArrowBatch[] = [];
    let rows = 0;
    for (const block of blocks) {
      const { header, body } = this.#message(block);
      if (block.kind === 'dictionary') this.#addDictionary(header, body, valueTypes);
      else {
        const columns = this.#columns(header, fields, body);
        const length = header.int64(0);
        if (length < 0) throw this.fault('a batch has less than no rows');
        rows += length;
        const codec = this.#codecOf(header);
        const unpacked = codec === null ? null : (range: ByteRange) => this.#unpacked(range, codec);
        batches.push({ rows: length, columns, dictionaries: new Map(this.#dictionaries), unpacked });
      }
    }
    return { name: this.#name, fields, rows, batches };
  }

  fault(what: string, hint = 'The file may be cut off; write it again.'): ArenaError {
    return new ArenaError('invalid_file', `${this.#name} is no Arrow file that can be read: ${what}.`, {
      hint,
      at: { file: this.#name },
    });
  }

  #bytes(offset: number, length: number): Uint8Array {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#size))
      throw this.fault('a part of it lies behind its end');
    const bytes = new Uint8Array(length);
    this.#read(bytes, offset);
    return bytes;
  }

  #codecOf(batch: FlatTable): ArrowCodec | null {
    const compression = batch.table(3);
    if (compression === null) return null;
    const codec = CODECS[compression.uint8(0)];
    if (codec === undefined) throw this.fault('it is packed in a way that is not known');
    return codec;
  }

  #unpacked(range: ByteRange, codec: ArrowCodec): Uint8Array {
    try {
      return unpackBuffer(this.#bytes(range.offset, range.length), codec, this.#unzstd);
    } catch (error) {
      if (error instanceof RangeError) throw this.fault(`a packed buffer is damaged (${error.message})`);
      throw error;
    }
  }

  #footer(): FlatTable {
    const tail = MAGIC_SIZE + 4;
    if (this.#size < 2 * tail || !isArrow(this.#bytes(0, MAGIC_SIZE)))
      throw this.fault('it does not start with ARROW1');
    const end = this.#bytes(this.#size - tail, tail);
    if (!isArrow(end.subarray(4))) throw this.fault('it does not end with ARROW1');
    const length = new DataView(end.buffer).getInt32(0, true);
    return FlatTable.root(this.#bytes(this.#size - tail - length, length));
  }

  /**
   * In the order in which they are to be read: dictionaries first, since a file may hold them anywhere; but where one
   * replaces another, in the order of the file.
   */
  #blocks(footer: FlatTable): readonly Block[] {
    const blocks = (field: number, kind: Block['kind']): Block[] =>
      // offset, length of the metadata (32 bits and padding), length of the body
      footer
        .structs(field, 3)
        .map(([offset = 0, metadata = 0]) => ({ offset, metadata: metadata & 0x7fffffff, kind }));
    const dictionaries = blocks(FOOTER_DICTIONARIES, 'dictionary');
    const all = [...dictionaries, ...blocks(FOOTER_BATCHES, 'batch')];
    const whole = dictionaries
      .map((block) => this.#message(block).header)
      .filter((header) => !header.bool(2));
    const replaces = new Set(whole.map((header) => header.int64(0))).size < whole.length;
    return replaces ? all.sort((x, y) => x.offset - y.offset) : all;
  }

  #message(block: Block): { readonly header: FlatTable; readonly body: number } {
    const bytes = this.#bytes(block.offset, block.metadata);
    const view = new DataView(bytes.buffer);
    const start = view.getUint32(0, true) === CONTINUATION ? 8 : 4;
    const message = FlatTable.root(bytes.subarray(start));
    const wanted = block.kind === 'dictionary' ? HEADER_DICTIONARY : HEADER_BATCH;
    const header = message.table(MESSAGE_HEADER);
    if (message.uint8(MESSAGE_HEADER_TYPE) !== wanted || header === null)
      throw this.fault('a block is not what it says');
    return { header, body: block.offset + block.metadata };
  }

  #addDictionary(header: FlatTable, body: number, types: ReadonlyMap<number, ArrowField>): void {
    const id = header.int64(0);
    const field = types.get(id);
    const batch = header.table(1);
    if (field === undefined || batch === null) throw this.fault(`dictionary ${id} belongs to no column`);
    const [column] = this.#columns(batch, [field], body);
    const codec = this.#codecOf(batch);
    const isText = field.type === 'utf8' || field.type === 'large_utf8' || field.type === 'utf8_view';
    // dictionaries of other values may stand in columns that are not read
    const values = isText
      ? readTextValues(field.type, batch.int64(0), column?.buffers ?? [], (range) =>
          codec === null ? this.#bytes(range.offset, range.length) : this.#unpacked(range, codec),
        )
      : [];
    this.#dictionaries.set(id, header.bool(2) ? [...(this.#dictionaries.get(id) ?? []), ...values] : values);
  }

  #columns(batch: FlatTable, fields: readonly ArrowField[], body: number): ArrowColumn[] {
    const nodes = batch.structs(1, 2);
    const buffers = batch.structs(2, 2);
    const variadic = batch.structs(4, 1);
    let node = 0;
    let buffer = 0;
    let views = 0;
    const next = (field: ArrowField): ArrowColumn => {
      const [length = 0, nulls = 0] = nodes[node] ?? [];
      node += 1;
      const count = bufferCount(field) ?? 2 + (variadic[views++]?.[0] ?? 0);
      const own = buffers.slice(buffer, buffer + count);
      buffer += count;
      if (own.length < count) throw this.fault(`column ${field.name} has too few buffers`);
      const children = field.dictionary === null ? field.children.map(next) : [];
      return {
        length,
        nulls,
        children,
        buffers: own.map(([offset = 0, length = 0]) => {
          if (!(offset >= 0 && length >= 0 && body + offset + length <= this.#size))
            throw this.fault(`column ${field.name} does not lie within it`);
          return { offset: body + offset, length };
        }),
      };
    };
    return fields.map(next);
  }
}

function withChildren(field: ArrowField): ArrowField[] {
  return [field, ...field.children.flatMap(withChildren)];
}
