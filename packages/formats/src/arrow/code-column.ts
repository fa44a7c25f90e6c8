import type { ArrowColumn, ReadInto } from './arrow-file.ts';
import type { IntType } from './arrow-schema.ts';

export type CodeColumn = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** Rows that are read at a time: a multiple of 8, so that bits of validity start with a byte; small enough for a cache. */
export const CHUNK_ROWS = 131_072;

/** Reads whole-number columns, a chunk at a time, each into the same memory again. */
export class CodeReader {
  readonly #read: ReadInto;
  readonly #int: IntType;
  readonly #memory: ArrayBuffer;
  readonly #narrow: Int32Array<ArrayBuffer> | null;
  #patched: Int32Array<ArrayBuffer> | null = null;

  constructor(read: ReadInto, int: IntType) {
    this.#read = read;
    this.#int = int;
    this.#memory = new ArrayBuffer((CHUNK_ROWS * int.bits) / 8);
    this.#narrow = int.bits === 64 ? new Int32Array(CHUNK_ROWS) : null;
  }

  /** Bytes that `rows` rows of this column take. */
  size(rows: number): number {
    return (rows * this.#int.bits) / 8;
  }

  /** Rows `from` .. `from + rows - 1` of a batch, valid until the next call; -1 where there is none. `from`: a multiple of 8. */
  codes(column: ArrowColumn, from: number, rows: number): CodeColumn {
    const [, data] = column.buffers;
    const offset = (data?.offset ?? 0) + this.size(from);
    this.#read(new Uint8Array(this.#memory, 0, this.size(rows)), offset);
    const codes = this.#view(rows);
    if (!hasNulls(column)) return codes;
    this.#patched ??= new Int32Array(CHUNK_ROWS);
    const patched = this.#patched.subarray(0, rows);
    patched.set(codes);
    readNulls(this.#read, column, from, rows, (row) => {
      patched[row] = -1;
    });
    return patched;
  }

  #view(rows: number): CodeColumn {
    const { bits, signed } = this.#int;
    const memory = this.#memory;
    if (bits === 8) return signed ? new Int8Array(memory, 0, rows) : new Uint8Array(memory, 0, rows);
    if (bits === 16) return signed ? new Int16Array(memory, 0, rows) : new Uint16Array(memory, 0, rows);
    if (bits === 32) return signed ? new Int32Array(memory, 0, rows) : new Uint32Array(memory, 0, rows);
    const words = new Int32Array(memory, 0, 2 * rows);
    const narrow = this.#narrow!;
    // a code that 32 bits do not hold is no code of anything here
    for (let row = 0; row < rows; row += 1) narrow[row] = words[2 * row + 1] === 0 ? words[2 * row]! : -1;
    return narrow.subarray(0, rows);
  }
}

export function hasNulls({ nulls, buffers }: ArrowColumn): boolean {
  return nulls !== 0 && buffers[0] !== undefined && buffers[0].length > 0;
}

/** Visits the rows `from` .. `from + rows - 1` of a batch that have no value, the first as 0. `from`: a multiple of 8. */
export function readNulls(
  read: ReadInto,
  column: ArrowColumn,
  from: number,
  rows: number,
  visit: (row: number) => void,
): void {
  if (!hasNulls(column)) return;
  const bits = new Uint8Array(Math.ceil(rows / 8));
  read(bits, column.buffers[0]!.offset + from / 8);
  for (let row = 0; row < rows; row += 1) if (((bits[row >> 3]! >> (row & 7)) & 1) === 0) visit(row);
}
