import { decodeRow } from '../rows/decode-row.ts';

/** The text has a meaning that nobody asked for yet: the first row that is taken gives it its code. */
export const UNASSIGNED = -1;
/** A row with this text is not for the short way. */
export const IRREGULAR = -2;

const FIRST_SIZE = 256;

/** Numbers the distinct cells of a column by their bytes, so that a text is made once and not for every row. */
export class ByteDictionary {
  /** What each entry means: a code of the caller, `UNASSIGNED` or `IRREGULAR`. Entry 0 is the empty cell. */
  meaning = new Int32Array(FIRST_SIZE);
  readonly texts: string[] = [''];
  readonly #meaningOf: (text: string) => number;
  #slots = new Int32Array(2 * FIRST_SIZE);
  #hashes = new Int32Array(FIRST_SIZE);
  #starts = new Int32Array(FIRST_SIZE + 1);
  #bytes = new Uint8Array(16 * FIRST_SIZE);

  /** @param meaningOf is asked once for each distinct text that is not empty */
  constructor(meaningOf: (text: string) => number) {
    this.#meaningOf = meaningOf;
  }

  /** The entry of `bytes[start..end)`, not empty. `hash`: any 32-bit hash of these bytes, the same for the same bytes. */
  entry(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (this.#hashes[entry] === hash && this.#equals(entry, bytes, start, end)) return entry;
      slot = (slot + 1) & mask;
    }
    return this.#add(bytes, start, end, hash, slot);
  }

  #equals(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    let at = this.#starts[entry]!;
    if (this.#starts[entry + 1]! - at !== end - start) return false;
    for (let i = start; i < end; i += 1, at += 1) if (this.#bytes[at] !== bytes[i]) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const entry = this.texts.length;
    if (entry + 1 >= this.#starts.length) this.#growEntries();
    const from = this.#starts[entry]!;
    const to = from + end - start;
    if (to > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(2 * this.#bytes.length, to));
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    this.#bytes.set(bytes.subarray(start, end), from);
    this.#starts[entry + 1] = to;
    this.#hashes[entry] = hash;
    const text = decodeRow(bytes.subarray(start, end));
    this.texts.push(text ?? '');
    this.meaning[entry] = text === null ? IRREGULAR : this.#meaningOf(text);
    this.#slots[slot] = entry;
    if (2 * entry > this.#slots.length) this.#growSlots();
    return entry;
  }

  #growEntries(): void {
    const size = 2 * this.#hashes.length;
    const wider = (column: Int32Array<ArrayBuffer>, length: number) => {
      const next = new Int32Array(length);
      next.set(column);
      return next;
    };
    this.meaning = wider(this.meaning, size);
    this.#hashes = wider(this.#hashes, size);
    this.#starts = wider(this.#starts, size + 1);
  }

  #growSlots(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let entry = 1; entry < this.texts.length; entry += 1) {
      const hash = this.#hashes[entry]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry;
    }
    this.#slots = slots;
  }
}
