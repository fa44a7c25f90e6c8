import type { Readable } from 'node:stream';
import { ArenaError } from '@agon/domain';

/** One row of a binary COPY: fields by number, read where they lie. */
export interface BinaryRow {
  readonly view: DataView;
  isNull(field: number): boolean;
  /** Where the field's bytes begin in `view`. */
  at(field: number): number;
  /** A bigint below 2^53. */
  integer(field: number): number;
  double(field: number): number;
  flag(field: number): boolean;
  text(field: number): string;
  /** Bytes of the field. */
  size(field: number): number;
}

const SIGNATURE = 19;
/** Work between two looks at the event loop. */
const SLICE_MS = 8;
const decoder = new TextDecoder();

/**
 * Visits each row of `copy (…) to stdout (format binary)` as it arrives (PostgreSQL documentation, COPY, "Binary
 * Format"); nothing of a row is kept. Others get their turn in between.
 * @param fields columns of a row
 */
export async function readBinaryRows(
  stream: Readable,
  fields: number,
  visit: (row: BinaryRow) => void,
): Promise<void> {
  const row = new RowReader(fields);
  let rest: Uint8Array = new Uint8Array(0);
  let started = false;
  let ended = false;
  let since = performance.now();
  const gathered: Uint8Array[] = [];
  const take = (): void => {
    const bytes = gathered.length === 1 && rest.length === 0 ? gathered[0]! : join([rest, ...gathered]);
    gathered.length = 0;
    let at = 0;
    if (!started) {
      // signature, flags, length of an extension that no version has yet
      if (bytes.length < SIGNATURE) {
        rest = bytes;
        return;
      }
      started = true;
      at = SIGNATURE;
    }
    row.open(bytes);
    while (!ended) {
      const next = row.read(at);
      if (next === -1) break;
      if (next === END) ended = true;
      else {
        visit(row);
        at = next;
      }
    }
    rest = bytes.subarray(at);
  };
  let failure: { readonly cause: unknown } | null = null;
  for await (const chunk of stream) {
    // a stream that is left before its end would leave its connection waiting: the rest is read for nobody
    if (failure !== null) continue;
    gathered.push(chunk as Uint8Array);
    try {
      take();
    } catch (cause) {
      failure = { cause };
    }
    if (performance.now() - since > SLICE_MS) {
      await new Promise(setImmediate);
      since = performance.now();
    }
  }
  if (failure !== null) throw failure.cause;
  if (!ended) {
    throw new ArenaError('database_unreachable', 'The database ended a read before its last row.', {
      hint: 'Try again; if it stays so, look into the log of the database.',
    });
  }
}

const END = -2;

class RowReader implements BinaryRow {
  readonly #fields: number;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  #bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));

  constructor(fields: number) {
    this.#fields = fields;
    this.#starts = new Int32Array(fields);
    this.#lengths = new Int32Array(fields);
  }

  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next row begins; -1: this one is not complete; END: there is none. */
  read(from: number): number {
    const { view } = this;
    const size = view.byteLength;
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

  size(field: number): number {
    return this.#lengths[field]!;
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
