import { type KernelExports, loadKernel, type SquareMatrix } from '@agon/stats';
import { type ClusterCells, NO_CELLS } from '../covariance/cluster-cells.ts';
import { addScoreReference, scoreCellsReference } from '../covariance/score-cells.ts';
import { BYTES } from './cells-bytes.ts';
import { KernelLayout } from './comparisons-kernel.ts';

/** What a sum is made with. */
export type CellScorer = {
  /** Of the cluster at hand, by number in the group. */
  readonly score: Float64Array;
  /** Adds cells to the score. @returns their comparisons in the group */
  readonly add: (from: number, to: number) => number;
  /** Sum of products of scores, the lower triangle. */
  readonly meat: SquareMatrix;
  /** Adds the products of a score that fewer than `most` models have to `meat`; it is zero after. @returns whether */
  readonly close: (most: number) => boolean;
};

/** Holds cells where the kernel reads them, so that a refit copies nothing; as they are where there is no kernel. */
export class CellsMemory {
  #kernel: KernelExports | null;
  #cells: ClusterCells = NO_CELLS;
  #atPair = 0;
  #atTally = 0;
  #end = 0;

  /** @param kernel null: plain code, which gives the same bits */
  constructor(kernel: KernelExports | null = loadKernel(BYTES)) {
    this.#kernel = kernel;
  }

  get cells(): ClusterCells {
    return this.#cells;
  }

  hold(cells: ClusterCells): void {
    const length = cells.pair.length;
    // a memory of WebAssembly never shrinks, and must not hold the old cells beside the new ones
    const kernel = this.#kernel;
    if (kernel === null || 8 * length > MAX_BYTES) {
      this.#kernel = null;
      this.#cells = { ...cells, pair: cells.pair.slice(), tally: cells.tally.slice() };
      return;
    }
    const layout = new KernelLayout(kernel);
    this.#atPair = layout.place(4 * length);
    this.#atTally = layout.place(4 * length);
    this.#end = layout.place(0);
    const memory = layout.memory();
    const pair = new Uint32Array(memory, this.#atPair, length);
    const tally = new Int32Array(memory, this.#atTally, length);
    pair.set(cells.pair);
    tally.set(cells.tally);
    this.#cells = { starts: cells.starts, pair, tally };
  }

  /** Until cells are held anew, or another scorer is asked for. */
  scorer(place: Int32Array, chance: Float64Array, models: number): CellScorer {
    const kernel = this.#kernel;
    if (kernel === null) {
      const score = new Float64Array(models);
      const add = (from: number, to: number) =>
        scoreCellsReference(this.#cells, from, to, place, chance, models, score);
      const meat = new Float64Array(models * models);
      return { score, add, meat, close: (most) => addScoreReference(meat, score, models, most) };
    }
    const layout = new KernelLayout(kernel);
    layout.place(Math.max(0, this.#end - layout.place(0)));
    const atPlace = layout.place(place.byteLength);
    const atChance = layout.place(chance.byteLength);
    const atScore = layout.place(8 * models);
    const atList = layout.place(16 * models);
    const atMeat = layout.place(8 * models * models);
    const { length } = this.#cells.pair;
    // it may grow, which makes views void
    const memory = layout.memory();
    this.#cells = {
      starts: this.#cells.starts,
      pair: new Uint32Array(memory, this.#atPair, length),
      tally: new Int32Array(memory, this.#atTally, length),
    };
    new Int32Array(memory, atPlace, place.length).set(place);
    new Float64Array(memory, atChance, chance.length).set(chance);
    const score = new Float64Array(memory, atScore, models).fill(0);
    const add = (from: number, to: number) =>
      kernel.scoreCells!(this.#atPair, this.#atTally, from, to, atPlace, atChance, models, atScore);
    const meat = new Float64Array(memory, atMeat, models * models).fill(0);
    const close = (most: number) => kernel.addScore!(atMeat, atScore, atList, models, most) === 1;
    return { score, add, meat, close };
  }
}

/** Less than the four gigabytes that such a memory can be. */
const MAX_BYTES = 3e9;
