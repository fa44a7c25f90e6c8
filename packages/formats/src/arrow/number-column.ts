import type { ArrowColumn, ReadInto } from './arrow-file.ts';
import type { ArrowField } from './arrow-schema.ts';
import { CHUNK_ROWS, hasNulls, readNulls } from './code-column.ts';

type ShortNumbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
type Numbers = ShortNumbers | BigInt64Array | BigUint64Array;

export type NumbersChunk = {
  /** NaN where there is none. */
  readonly values: ShortNumbers;
  /** All bits that some value has, where all are whole numbers of 0 .. 2^31 − 1; below 0 where they may not be. */
  readonly bits: number;
};

/** Reads columns of numbers, a chunk at a time, each into the same memory again. */
export class NumberReader {
  readonly #read: ReadInto;
  readonly #view: (memory: ArrayBuffer, rows: number) => Numbers;
  readonly #bytes: number;
  readonly #memory: ArrayBuffer;
  #wide: Float64Array<ArrayBuffer> | null = null;

  /** Null where the column's type is none that is read: whole numbers, or floating-point ones of 32 or 64 bits. */
  static of(read: ReadInto, field: ArrowField): NumberReader | null {
    const bits = field.type === 'float' ? field.floatBits : (field.int?.bits ?? 0);
    const view = viewOf(field, bits);
    return view === null || field.dictionary !== null ? null : new NumberReader(read, bits / 8, view);
  }

  private constructor(read: ReadInto, bytes: number, view: (memory: ArrayBuffer, rows: number) => Numbers) {
    this.#read = read;
    this.#bytes = bytes;
    this.#view = view;
    this.#memory = new ArrayBuffer(CHUNK_ROWS * bytes);
  }

  /** Bytes that `rows` rows of this column take. */
  size(rows: number): number {
    return rows * this.#bytes;
  }

  /** Rows `from` .. `from + rows - 1` of a batch, valid until the next call. `from`: a multiple of 8. */
  values(column: ArrowColumn, from: number, rows: number): NumbersChunk {
    const offset = (column.buffers[1]?.offset ?? 0) + this.size(from);
    this.#read(new Uint8Array(this.#memory, 0, this.size(rows)), offset);
    const given = this.#view(this.#memory, rows);
    const isLong = given instanceof BigInt64Array || given instanceof BigUint64Array;
    if (!isLong && !hasNulls(column)) return { values: given, bits: bitsOf(given) };
    this.#wide ??= new Float64Array(CHUNK_ROWS);
    const values = this.#wide.subarray(0, rows);
    if (isLong) for (let row = 0; row < rows; row += 1) values[row] = Number(given[row]);
    else values.set(given);
    readNulls(this.#read, column, from, rows, (row) => {
      values[row] = Number.NaN;
    });
    return { values, bits: -1 };
  }
}

function bitsOf(values: ShortNumbers): number {
  if (values instanceof Float32Array || values instanceof Float64Array) return -1;
  let bits = 0;
  for (let row = 0; row < values.length; row += 1) bits |= values[row]!;
  return bits;
}

function viewOf(
  { type, int }: ArrowField,
  bits: number,
): ((memory: ArrayBuffer, rows: number) => Numbers) | null {
  if (type === 'float') {
    if (bits === 32) return (memory, rows) => new Float32Array(memory, 0, rows);
    return bits === 64 ? (memory, rows) => new Float64Array(memory, 0, rows) : null;
  }
  const signed = int?.signed === true;
  if (bits === 8) return (memory, rows) => new (signed ? Int8Array : Uint8Array)(memory, 0, rows);
  if (bits === 16) return (memory, rows) => new (signed ? Int16Array : Uint16Array)(memory, 0, rows);
  if (bits === 32) return (memory, rows) => new (signed ? Int32Array : Uint32Array)(memory, 0, rows);
  if (bits === 64) return (memory, rows) => new (signed ? BigInt64Array : BigUint64Array)(memory, 0, rows);
  return null;
}
