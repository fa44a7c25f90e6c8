const NOTHING = new Uint8Array(0);

/** The bytes of a file as UTF-8 without its byte-order mark; from UTF-16 where the mark says so (spreadsheets do). */
export class Utf8Source {
  #start: Uint8Array | null = NOTHING;
  #utf16: TextDecoder | null = null;

  push(chunk: Uint8Array): Uint8Array {
    if (this.#start === null) return this.#convert(chunk);
    const start = new Uint8Array(this.#start.length + chunk.length);
    start.set(this.#start);
    start.set(chunk, this.#start.length);
    if (start.length < 3) {
      this.#start = start;
      return NOTHING;
    }
    return this.#convert(this.#withoutMark(start));
  }

  end(): Uint8Array {
    const rest = this.#start === null ? NOTHING : this.#withoutMark(this.#start);
    const tail = this.#utf16 === null ? '' : this.#utf16.decode(rest);
    return this.#utf16 === null ? rest : new TextEncoder().encode(tail);
  }

  #withoutMark(start: Uint8Array): Uint8Array {
    this.#start = null;
    const [one, two, three] = start;
    if (one === 0xef && two === 0xbb && three === 0xbf) return start.subarray(3);
    const label =
      one === 0xff && two === 0xfe ? 'utf-16le' : one === 0xfe && two === 0xff ? 'utf-16be' : null;
    if (label === null) return start;
    this.#utf16 = new TextDecoder(label);
    return start.subarray(2);
  }

  #convert(chunk: Uint8Array): Uint8Array {
    if (this.#utf16 === null) return chunk;
    return new TextEncoder().encode(this.#utf16.decode(chunk, { stream: true }));
  }
}
