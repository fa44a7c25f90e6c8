import type { AnswerId, BySlot, ModelId, PromptId } from '@agon/domain';
import type { PairIndex } from './pair-index.ts';

/** What a battle showed. */
type Shown = {
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
};

/**
 * What is not to be drawn again: cells that were given, and cells that would show a text that was seen. How many cells of
 * each pair are left is kept along, so that a draw need not count them.
 */
export class SeenContent {
  readonly index: PairIndex;
  readonly #cells: Set<number>;
  readonly #sides: Set<number>;
  /** Cells of each pair that are not to be drawn. */
  readonly #gone: Uint32Array;

  constructor(index: PairIndex, from?: SeenContent) {
    this.index = index;
    this.#cells = new Set(from === undefined ? [] : from.#cells);
    this.#sides = new Set(from === undefined ? [] : from.#sides);
    this.#gone = from === undefined ? new Uint32Array(index.pairs) : from.#gone.slice();
  }

  /** One that can be added to without touching this one. */
  fork(): SeenContent {
    return new SeenContent(this.index, this);
  }

  has(cell: number): boolean {
    const { firsts, seconds } = this.index;
    return this.#cells.has(cell) || this.#sides.has(firsts[cell]!) || this.#sides.has(seconds[cell]!);
  }

  /** How many cells of a pair may still be drawn. */
  leftOf(pair: number): number {
    const { starts } = this.index;
    return starts[pair + 1]! - starts[pair]! - this.#gone[pair]!;
  }

  addCell(cell: number): void {
    this.#lose(cell);
    this.#cells.add(cell);
  }

  /** Somebody has seen a battle: neither its prompt with its models nor its texts come back. */
  addBattle({ promptId, models, answers }: Shown): void {
    const cell = this.index.cellOf(promptId, models.a, models.b);
    if (cell !== undefined) this.addCell(cell);
    for (const answer of [answers.a, answers.b]) {
      for (const side of this.index.sidesShowing(answer)) {
        if (this.#sides.has(side)) continue;
        for (const other of this.index.cellsWith(side)) this.#lose(other);
        this.#sides.add(side);
      }
    }
  }

  #lose(cell: number): void {
    if (!this.has(cell)) this.#gone[this.index.pairOf(cell)]! += 1;
  }
}
