import type { CodedNames } from '@agon/arena';

const WORDS = 4;

/** Numbers uuids in the order in which they come: 16 bytes and some 8 bytes of index for each, no text. */
export class UuidCodes<Name extends string = string> implements CodedNames<Name> {
  #words = new Int32Array(WORDS * 64);
  /** Open addressing; code + 1, 0 where free. */
  #slots = new Int32Array(128);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#words.byteLength + this.#slots.byteLength;
  }

  /** The number of the uuid in bytes `at` .. `at` + 15. */
  codeOf(bytes: DataView, at: number): number {
    const w0 = bytes.getInt32(at);
    const w1 = bytes.getInt32(at + 4);
    const w2 = bytes.getInt32(at + 8);
    const w3 = bytes.getInt32(at + 12);
    const mask = this.#slots.length - 1;
    let slot = hash(w0, w1, w2, w3) & mask;
    for (;;) {
      const known = this.#slots[slot]! - 1;
      if (known < 0) break;
      const k = known * WORDS;
      const words = this.#words;
      if (words[k + 3] === w3 && words[k + 2] === w2 && words[k + 1] === w1 && words[k] === w0) return known;
      slot = (slot + 1) & mask;
    }
    const code = this.#size;
    this.#size += 1;
    if (this.#size * WORDS > this.#words.length) {
      const words = new Int32Array(2 * this.#words.length);
      words.set(this.#words);
      this.#words = words;
    }
    const k = code * WORDS;
    this.#words[k] = w0;
    this.#words[k + 1] = w1;
    this.#words[k + 2] = w2;
    this.#words[k + 3] = w3;
    this.#slots[slot] = code + 1;
    // half full: runs stay short
    if (2 * this.#size > this.#slots.length) this.#rehash();
    return code;
  }

  /** The number of a uuid that is written out. */
  codeOfName(name: Name): number {
    const words = new DataView(new ArrayBuffer(4 * WORDS));
    const hex = name.replaceAll('-', '');
    for (let k = 0; k < WORDS; k += 1)
      words.setUint32(4 * k, Number.parseInt(hex.slice(8 * k, 8 * k + 8), 16));
    return this.codeOf(words, 0);
  }

  nameOf(code: number): Name {
    const hex = Array.from(this.#words.subarray(code * WORDS, code * WORDS + WORDS), (word) =>
      (word >>> 0).toString(16).padStart(8, '0'),
    ).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
      '-',
    ) as Name;
  }

  /** The number of a uuid that is written out; undefined where it did not come. */
  find(name: Name): number | undefined {
    const hex = name.replaceAll('-', '');
    const [w0, w1, w2, w3] = [0, 8, 16, 24].map((at) => Number.parseInt(hex.slice(at, at + 8), 16) | 0);
    const words = this.#words;
    const mask = this.#slots.length - 1;
    for (let slot = hash(w0!, w1!, w2!, w3!) & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot]! - 1;
      if (known < 0) return undefined;
      const k = known * WORDS;
      if (words[k + 3] === w3 && words[k + 2] === w2 && words[k + 1] === w1 && words[k] === w0) return known;
    }
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let code = 0; code < this.#size; code += 1) {
      const k = code * WORDS;
      const words = this.#words;
      let slot = hash(words[k]!, words[k + 1]!, words[k + 2]!, words[k + 3]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.#slots = slots;
  }
}

/** Ids that sort by time share their first words, so all four are mixed. */
function hash(w0: number, w1: number, w2: number, w3: number): number {
  let mixed = Math.imul(w0, 0x9e3779b1) ^ Math.imul(w1, 0x85ebca77) ^ Math.imul(w2, 0xc2b2ae3d) ^ w3;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return mixed ^ (mixed >>> 15);
}
