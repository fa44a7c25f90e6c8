import type { CountColumn } from '@agon/domain';

/** A column of counts in the narrowest type that holds them exactly: 8 bits, 16, or 32 with fractions and NaN for unknown. */
export class NarrowCounts {
  #column: CountColumn;

  /** All 0. */
  constructor(length: number) {
    this.#column = new Uint8Array(length);
  }

  set(at: number, count: number): void {
    this.#column[at] = count;
    // what does not come back as it was is too wide; NaN never does
    if (this.#column[at] === count || this.#column instanceof Float32Array) return;
    this.#widen();
    this.set(at, count);
  }

  /** @param bits all bits that some count has, where all are whole numbers; below 0: not known */
  setAll(at: number, counts: ArrayLike<number>, bits = -1): void {
    const column = this.#column;
    column.set(counts, at);
    if (column instanceof Float32Array) return;
    const largest = column instanceof Uint8Array ? 0xff : 0xffff;
    if (bits < 0 ? holds(column, at, counts) : bits <= largest) return;
    this.#widen();
    this.setAll(at, counts, bits);
  }

  resize(length: number): void {
    this.#column = copyInto(emptyLike(this.#column, length), this.#column);
  }

  taken(length: number): CountColumn {
    return this.#column.subarray(0, length);
  }

  #widen(): void {
    const { length } = this.#column;
    const wider = this.#column instanceof Uint8Array ? new Uint16Array(length) : new Float32Array(length);
    this.#column = copyInto(wider, this.#column);
  }
}

function holds(column: CountColumn, at: number, counts: ArrayLike<number>): boolean {
  for (let k = 0; k < counts.length; k += 1) if (column[at + k] !== counts[k]) return false;
  return true;
}

function emptyLike(column: CountColumn, length: number): CountColumn {
  if (column instanceof Uint8Array) return new Uint8Array(length);
  return column instanceof Uint16Array ? new Uint16Array(length) : new Float32Array(length);
}

function copyInto(column: CountColumn, from: CountColumn): CountColumn {
  column.set(from.subarray(0, column.length));
  return column;
}
