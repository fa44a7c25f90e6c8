/** PostgreSQL counts microseconds from here. */
const YEAR_2000_MS = 946_684_800_000;
/** Signature, flags, and the length of an extension that no version has yet. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const FIRST_SIZE = 256 * 1024;
const NULL = -1;

/** Rows of a binary COPY (PostgreSQL documentation, COPY, "Binary Format"), written field by field. */
export class CopyBuffer {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #length = 0;
  rows = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /** The next row; its fields follow, in the order of the table's columns. */
  row(fields: number): this {
    if (this.#length === 0) this.#length = HEADER.copy(this.#bytes);
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(fields, this.#length);
    this.rows += 1;
    return this;
  }

  int(value: number | null): this {
    if (value === null) return this.#null();
    this.#reserve(8);
    this.#length = this.#bytes.writeInt32BE(4, this.#length);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
    return this;
  }

  double(value: number | null): this {
    if (value === null) return this.#null();
    this.#reserve(12);
    this.#length = this.#bytes.writeInt32BE(8, this.#length);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
    return this;
  }

  flag(value: boolean): this {
    this.#reserve(5);
    this.#length = this.#bytes.writeInt32BE(1, this.#length);
    this.#length = this.#bytes.writeUInt8(value ? 1 : 0, this.#length);
    return this;
  }

  /** A time with time zone. */
  time(ms: number | null): this {
    if (ms === null) return this.#null();
    const micros = (ms - YEAR_2000_MS) * 1000;
    const high = Math.floor(micros / 2 ** 32);
    this.#reserve(12);
    this.#length = this.#bytes.writeInt32BE(8, this.#length);
    this.#length = this.#bytes.writeInt32BE(high, this.#length);
    this.#length = this.#bytes.writeUInt32BE(micros - high * 2 ** 32, this.#length);
    return this;
  }

  /** @param bytes 16 of them */
  uuid(bytes: Uint8Array): this {
    this.#reserve(20);
    this.#length = this.#bytes.writeInt32BE(16, this.#length);
    this.#bytes.set(bytes, this.#length);
    this.#length += 16;
    return this;
  }

  text(value: string | null): this {
    if (value === null) return this.#null();
    this.#reserve(4 + 3 * value.length);
    const size = this.#bytes.write(value, this.#length + 4, 'utf8');
    this.#bytes.writeInt32BE(size, this.#length);
    this.#length += 4 + size;
    return this;
  }

  /** What was written, with its end; the buffer begins anew. */
  take(): Buffer {
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(-1, this.#length);
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(FIRST_SIZE);
    this.#length = 0;
    this.rows = 0;
    return taken;
  }

  #null(): this {
    this.#reserve(4);
    this.#length = this.#bytes.writeInt32BE(NULL, this.#length);
    return this;
  }

  #reserve(more: number): void {
    const size = this.#length + more;
    if (size <= this.#bytes.length) return;
    const wider = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, size));
    this.#bytes.copy(wider, 0, 0, this.#length);
    this.#bytes = wider;
  }
}
