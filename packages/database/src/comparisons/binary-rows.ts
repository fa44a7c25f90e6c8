import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ArenaError } from '@agon/domain';

/** One row of a binary COPY: fields by number, read where they lie. */
export interface BinaryRow {
  readonly view: DataView;
  isNull(field: number): boolean;
  /** Where the field's bytes begin in `view`. */
  at(field: number): number;
  /** Bytes of the field. */
  size(field: number): number;
  /** A bigint below 2^53. */
  integer(field: number): number;
  double(field: number): number;
  flag(field: number): boolean;
  text(field: number): string;
  /** A time with time zone, in whole ms since 1970. */
  timeMs(field: number): number;
}

const SIGNATURE = 19;
/** PostgreSQL counts microseconds from here. */
const YEAR_2000_MS = 946_684_800_000;
const END = -2;
const NOTHING: Uint8Array = new Uint8Array(0);
const decoder = new TextDecoder();

/**
 * Visits each row of `copy (…) to stdout (format binary)` as it arrives (PostgreSQL documentation, COPY, "Binary
 * Format"); nothing of a row is kept. What is worked through at a time is what one read of the socket brought.
 * @param fields columns of a row
 */
export async function readBinaryRows(
  stream: Readable,
  fields: number,
  visit: (row: BinaryRow) => void,
): Promise<void> {
  const row = new RowReader(fields);
  let rest = NOTHING;
  let started = false;
  let ended = false;
  const take = (chunk: Uint8Array): void => {
    const bytes = rest.length === 0 ? chunk : join(rest, chunk);
    let at = bytes.byteOffset;
    const end = at + bytes.length;
    if (!started) {
      // signature, flags, length of an extension that no version has yet
      if (bytes.length < SIGNATURE) {
        rest = bytes;
        return;
      }
      started = true;
      at += SIGNATURE;
    }
    row.open(bytes, end);
    while (!ended) {
      const next = row.read(at);
      if (next === -1) break;
      if (next === END) ended = true;
      else {
        visit(row);
        at = next;
      }
    }
    rest = at === end ? NOTHING : bytes.subarray(at - bytes.byteOffset);
  };
  let failure: { readonly cause: unknown } | null = null;
  stream.on('data', (chunk: Uint8Array) => {
    // a stream that is left before its end would leave its connection waiting: the rest is read for nobody
    if (failure !== null) return;
    try {
      take(chunk);
    } catch (cause) {
      failure = { cause };
    }
  });
  await finished(stream);
  if (failure !== null) throw (failure as { readonly cause: unknown }).cause;
  if (!ended) {
    throw new ArenaError('database_unreachable', 'The database ended a read before its last row.', {
      hint: 'Try again; if it stays so, look into the log of the database.',
    });
  }
}

class RowReader implements BinaryRow {
  readonly #fields: number;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  #buffer: ArrayBufferLike = NOTHING.buffer;
  #bytes = NOTHING;
  #end = 0;
  view: DataView = new DataView(NOTHING.buffer);

  constructor(fields: number) {
    this.#fields = fields;
    this.#starts = new Int32Array(fields);
    this.#lengths = new Int32Array(fields);
  }

  /** Rows of `bytes`, at their places in its buffer: what one read of a socket brought shares one buffer. */
  open(bytes: Uint8Array, end: number): void {
    this.#end = end;
    if (bytes.buffer === this.#buffer) return;
    this.#buffer = bytes.buffer;
    this.#bytes = new Uint8Array(bytes.buffer);
    this.view = new DataView(bytes.buffer);
  }

  /** Where the next row begins; -1: this one is not complete; END: there is none. */
  read(from: number): number {
    const { view } = this;
    const size = this.#end;
    if (from + 2 > size) return -1;
    if (view.getInt16(from) === -1) return END;
    let at = from + 2;
    for (let field = 0; field < this.#fields; field += 1) {
      if (at + 4 > size) return -1;
      const length = view.getInt32(at);
      at += 4;
      this.#starts[field] = at;
      this.#lengths[field] = length;
      if (length > 0) at += length;
      if (at > size) return -1;
    }
    return at;
  }

  isNull(field: number): boolean {
    return this.#lengths[field] === -1;
  }

  at(field: number): number {
    return this.#starts[field]!;
  }

  size(field: number): number {
    return this.#lengths[field]!;
  }

  integer(field: number): number {
    const at = this.#starts[field]!;
    return this.view.getInt32(at) * 2 ** 32 + this.view.getUint32(at + 4);
  }

  double(field: number): number {
    return this.view.getFloat64(this.#starts[field]!);
  }

  flag(field: number): boolean {
    return this.#bytes[this.#starts[field]!] === 1;
  }

  text(field: number): string {
    const at = this.#starts[field]!;
    return decoder.decode(this.#bytes.subarray(at, at + this.#lengths[field]!));
  }

  timeMs(field: number): number {
    return Math.floor(this.integer(field) / 1000) + YEAR_2000_MS;
  }
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
