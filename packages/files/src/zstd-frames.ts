const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const RLE = 1;
const RESERVED = 3;

/**
 * Cuts a zstd file (RFC 8878) into its frames without unpacking it: a decoder stops behind the first, and what follows
 * would be lost in silence. Parallel compressors write many, and `cat` joins files.
 */
export class ZstdFrames {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Whether another frame follows; those that are to be skipped are. @throws RangeError for what is no frame */
  async hasFrame(): Promise<boolean> {
    while (await this.#fill(1)) {
      if (!(await this.#fill(4))) throw new RangeError('it is cut off');
      const magic = viewOf(this.#held).getUint32(0, true);
      if (magic === MAGIC) return true;
      if ((magic & 0xfffffff0) >>> 0 !== SKIPPABLE) throw new RangeError('there is something else in it');
      const head = await this.#exactly(8);
      for await (const _ of this.#through(viewOf(head).getUint32(4, true)));
    }
    return false;
  }

  /** The bytes of the next frame. */
  async *frame(): AsyncGenerator<Uint8Array> {
    const magic = await this.#exactly(5);
    yield magic;
    const descriptor = magic[4]!;
    const isSingle = (descriptor & 0x20) !== 0;
    const dictionary = [0, 1, 2, 4][descriptor & 3]!;
    const size = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    const rest = (isSingle ? 0 : 1) + dictionary + size;
    if (rest > 0) yield await this.#exactly(rest);
    for (let last = false; !last; ) {
      const head = await this.#exactly(3);
      yield head;
      const bits = head[0]! | (head[1]! << 8) | (head[2]! << 16);
      last = (bits & 1) === 1;
      const type = (bits >> 1) & 3;
      if (type === RESERVED) throw new RangeError('a block of it is damaged');
      yield* this.#through(type === RLE ? 1 : bits >> 3);
    }
    if ((descriptor & 4) !== 0) yield await this.#exactly(4);
  }

  async #fill(size: number): Promise<boolean> {
    while (this.#held.length < size) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      // the chunk's memory is used again
      this.#held = Buffer.concat([this.#held, next.value]);
    }
    return true;
  }

  async #exactly(size: number): Promise<Uint8Array> {
    if (!(await this.#fill(size))) throw new RangeError('it is cut off');
    const taken = this.#held.subarray(0, size);
    this.#held = this.#held.subarray(size);
    return taken;
  }

  async *#through(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; ) {
      if (!(await this.#fill(1))) throw new RangeError('it is cut off');
      const taken = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(taken.length);
      left -= taken.length;
      yield taken;
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
