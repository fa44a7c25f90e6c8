/** Numbers of rows, a bit each. */
export class RowSet {
  #words = new Uint32Array(1024);
  size = 0;

  add(row: number): void {
    const word = row >>> 5;
    if (word >= this.#words.length) {
      const wider = new Uint32Array(Math.max(2 * this.#words.length, word + 1));
      wider.set(this.#words);
      this.#words = wider;
    }
    if (this.has(row)) return;
    this.#words[word] = this.#words[word]! | (1 << (row & 31));
    this.size += 1;
  }

  has(row: number): boolean {
    return ((this.#words[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  }

  /** Rows that are in both. */
  *with(other: RowSet): Generator<number> {
    for (let word = 0; word < this.#words.length; word += 1) {
      const both = this.#words[word]! & (other.#words[word] ?? 0);
      for (let bit = 0; both !== 0 && bit < 32; bit += 1)
        if ((both & (1 << bit)) !== 0) yield 32 * word + bit;
    }
  }
}
