import type { ClusteredChunk } from '@agon/rating';
import type { ComparisonBlock } from '../ports/comparison-store.ts';
import type { ModelNumbers } from './model-numbers.ts';

/** Rows of a block to be counted, each under an outcome that it has or had. */
export class RowBatch {
  length = 0;
  #rows = new Uint32Array(256);
  #outcome = new Uint8Array(256);

  push(row: number, outcome: number): void {
    if (this.length === this.#rows.length) {
      const rows = new Uint32Array(2 * this.length);
      rows.set(this.#rows);
      this.#rows = rows;
      const outcomes = new Uint8Array(2 * this.length);
      outcomes.set(this.#outcome);
      this.#outcome = outcomes;
    }
    this.#rows[this.length] = row;
    this.#outcome[this.length] = outcome;
    this.length += 1;
  }

  chunk(block: ComparisonBlock, models: ModelNumbers, cluster: 'rater' | 'prompt'): Required<ClusteredChunk> {
    const { length } = this;
    const a = new Uint16Array(length);
    const b = new Uint16Array(length);
    const codes = new Int32Array(length);
    for (let at = 0; at < length; at += 1) {
      const row = this.#rows[at]!;
      a[at] = models.numberOf(block.a[row]!);
      b[at] = models.numberOf(block.b[row]!);
      codes[at] = block[cluster][row]!;
    }
    return { a, b, outcome: this.#outcome, cluster: codes, from: 0, to: length };
  }
}
