import { ARROW_MAGIC } from './arrow-file.ts';
import type { CodeColumn } from './code-column.ts';
import { type FlatValue, writeFlat } from './write-flat.ts';

export type ArrowOutColumn = {
  readonly name: string;
  /** Numbers; with `values`, places in them. */
  readonly codes: CodeColumn | BigInt64Array | Float32Array | Float64Array;
  /** Makes it a dictionary column of texts. */
  readonly values?: readonly string[];
  /** False where a row has no value. Absent: every row has one. */
  readonly valid?: readonly boolean[];
};

export type ArrowOutOptions = {
  /** Rows of a record batch; absent: all rows in one. */
  readonly batchRows?: number;
  /** Write each dictionary in two parts, the second as an addition to the first. */
  readonly deltas?: boolean;
};

type Fields = readonly (FlatValue | null)[];
type Part = { readonly offset: number; readonly metadata: number; readonly body: number };

const [VERSION_5, INT, FLOAT, UTF8] = [4, 2, 3, 5];
const [SCHEMA, DICTIONARY, BATCH] = [1, 2, 3];

/**
 * An Arrow IPC file (Feather v2), uncompressed: what `agon rank` reads quickest.
 * @param columns all of one length
 */
export function writeArrow(columns: readonly ArrowOutColumn[], options: ArrowOutOptions = {}): Uint8Array {
  const rows = columns[0]?.codes.length ?? 0;
  const batchRows = options.batchRows ?? Math.max(1, rows);
  const out = new Output();
  out.add(new TextEncoder().encode(`${ARROW_MAGIC}\0\0`));
  const schema: Fields = [null, { tables: columns.map(fieldOf) }];
  out.message(SCHEMA, schema, new Uint8Array(0));
  const dictionaries: Part[] = [];
  for (const [id, { values }] of columns.entries()) {
    if (values === undefined) continue;
    const half = options.deltas === true ? Math.ceil(values.length / 2) : values.length;
    dictionaries.push(out.dictionary(id, values.slice(0, half), false));
    if (half < values.length) dictionaries.push(out.dictionary(id, values.slice(half), true));
  }
  const batches: Part[] = [];
  for (let from = 0; from < rows; from += batchRows)
    batches.push(out.batch(columns, from, Math.min(from + batchRows, rows)));
  const block = ({ offset, metadata, body }: Part) => [offset, metadata, body];
  const footer = writeFlat([
    { bytes: 2, value: VERSION_5 },
    { table: schema },
    { structs: dictionaries.map(block) },
    { structs: batches.map(block) },
  ]);
  // an end of stream, for readers that do not look at the footer
  out.add(Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 0]));
  out.add(footer);
  const tail = new Uint8Array(4 + ARROW_MAGIC.length);
  new DataView(tail.buffer).setInt32(0, footer.length, true);
  tail.set(new TextEncoder().encode(ARROW_MAGIC), 4);
  out.add(tail);
  return out.bytes();
}

function fieldOf({ name, codes, values }: ArrowOutColumn, id: number): Fields {
  const signed = !(
    codes instanceof Uint8Array ||
    codes instanceof Uint16Array ||
    codes instanceof Uint32Array
  );
  const int: Fields = [
    { bytes: 4, value: 8 * codes.BYTES_PER_ELEMENT },
    { bytes: 1, value: signed ? 1 : 0 },
  ];
  const isFloat = codes instanceof Float32Array || codes instanceof Float64Array;
  // single or double precision
  const float: Fields = [{ bytes: 2, value: codes.BYTES_PER_ELEMENT / 4 }];
  return [
    { text: name },
    { bytes: 1, value: 1 },
    { bytes: 1, value: values !== undefined ? UTF8 : isFloat ? FLOAT : INT },
    { table: values !== undefined ? [] : isFloat ? float : int },
    values === undefined ? null : { table: [{ bytes: 8, value: id }, { table: int }] },
    { tables: [] },
  ];
}

class Output {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  add(part: Uint8Array): void {
    this.#parts.push(part);
    this.#size += part.length;
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  message(kind: number, header: Fields, body: Uint8Array): Part {
    const offset = this.#size;
    const metadata = writeFlat([
      { bytes: 2, value: VERSION_5 },
      { bytes: 1, value: kind },
      { table: header },
      { bytes: 8, value: body.length },
    ]);
    const prefix = new DataView(new ArrayBuffer(8));
    prefix.setUint32(0, 0xffffffff, true);
    prefix.setInt32(4, metadata.length, true);
    this.add(new Uint8Array(prefix.buffer));
    this.add(metadata);
    this.add(body);
    return { offset, metadata: 8 + metadata.length, body: body.length };
  }

  dictionary(id: number, values: readonly string[], isDelta: boolean): Part {
    const texts = values.map((value) => new TextEncoder().encode(value));
    const offsets = new Int32Array(texts.length + 1);
    for (const [i, text] of texts.entries()) offsets[i + 1] = offsets[i]! + text.length;
    const data = new Uint8Array(offsets.at(-1) ?? 0);
    for (const [i, text] of texts.entries()) data.set(text, offsets[i]);
    const { header, body } = recordBatch(values.length, [[null, bytesOf(offsets), data]], [0]);
    const fields: Fields = [{ bytes: 8, value: id }, { table: header }, { bytes: 1, value: isDelta ? 1 : 0 }];
    return this.message(DICTIONARY, fields, body);
  }

  batch(columns: readonly ArrowOutColumn[], from: number, to: number): Part {
    const buffers = columns.map(({ codes, valid }) => [
      valid === undefined ? null : bitmap(valid.slice(from, to)),
      bytesOf(codes.slice(from, to)),
    ]);
    const nulls = columns.map(({ valid }) => valid?.slice(from, to).filter((is) => !is).length ?? 0);
    const { header, body } = recordBatch(to - from, buffers, nulls);
    return this.message(BATCH, header, body);
  }
}

function recordBatch(
  rows: number,
  columns: readonly (readonly (Uint8Array | null)[])[],
  nulls: readonly number[],
): { readonly header: Fields; readonly body: Uint8Array } {
  const buffers = columns.flat().map((buffer) => buffer ?? new Uint8Array(0));
  const places: number[][] = [];
  let size = 0;
  for (const buffer of buffers) {
    places.push([size, buffer.length]);
    size += buffer.length + (-buffer.length & 7);
  }
  const body = new Uint8Array(size);
  for (const [i, buffer] of buffers.entries()) body.set(buffer, places[i]![0]);
  return {
    header: [
      { bytes: 8, value: rows },
      { structs: columns.map((_, i) => [rows, nulls[i]!]) },
      { structs: places },
    ],
    body,
  };
}

function bitmap(valid: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(valid.length / 8));
  for (const [i, is] of valid.entries()) if (is) bits[i >> 3]! |= 1 << (i & 7);
  return bits;
}

function bytesOf(column: ArrowOutColumn['codes']): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}
