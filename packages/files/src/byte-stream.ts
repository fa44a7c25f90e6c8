/** Bytes in order, in chunks of any size, whose start can be looked at before they are read. */
export class ByteStream implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array | null = null;
  /** Bytes that were read so far. */
  taken = 0;

  /** A chunk is used before the next one is asked for: it may be the same memory again. */
  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The first `size` bytes, or all there are; they are read again afterwards. */
  async peek(size: number): Promise<Uint8Array> {
    let held = this.#held ?? new Uint8Array(0);
    while (held.length < size) {
      const chunk = await this.#pull();
      if (chunk === null) break;
      held = held.length === 0 && chunk.length >= size ? chunk : Buffer.concat([held, chunk]);
    }
    this.#held = held;
    return held.subarray(0, size);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      if (this.#held !== null && this.#held.length > 0) {
        const held = this.#held;
        this.#held = null;
        yield held;
      }
      for (let chunk = await this.#pull(); chunk !== null; chunk = await this.#pull()) yield chunk;
    } finally {
      await this.close();
    }
  }

  /** Nothing more is wanted: what is open for it is closed. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #pull(): Promise<Uint8Array | null> {
    const next = await this.#chunks.next();
    if (next.done === true) return null;
    this.taken += next.value.length;
    return next.value;
  }
}
