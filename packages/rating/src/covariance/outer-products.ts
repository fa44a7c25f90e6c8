import type { SquareMatrix } from '@agon/stats';

/** Σ u uᵀ for vectors u that are sparse over models and dense over the parameters after them. */
export class OuterProducts {
  readonly #models: number;
  readonly #side: number;
  readonly #sum: Float64Array;
  readonly #isTouched: Uint8Array;
  readonly #touched: Int32Array;
  #count = 0;
  readonly #total: Float64Array;
  /** Of the vector at hand: its entries after those of models, to be added to. */
  readonly extra: Float64Array;

  constructor(models: number, width: number) {
    this.#models = models;
    this.#side = models + width;
    this.#sum = new Float64Array(models);
    this.#isTouched = new Uint8Array(models);
    this.#touched = new Int32Array(models);
    this.#total = new Float64Array(this.#side * this.#side);
    this.extra = new Float64Array(width);
  }

  add(model: number, value: number): void {
    if (this.#isTouched[model] === 0) {
      this.#isTouched[model] = 1;
      this.#touched[this.#count] = model;
      this.#count += 1;
    }
    this.#sum[model]! += value;
  }

  /** Ends a vector. */
  close(): void {
    const side = this.#side;
    const models = this.#models;
    const total = this.#total;
    const extra = this.extra;
    const sum = this.#sum;
    const touched = this.#touched;
    for (let a = 0; a < this.#count; a += 1) {
      const x = touched[a]!;
      const value = sum[x]!;
      // each pair of models once, in the lower triangle
      for (let b = 0; b <= a; b += 1) {
        const y = touched[b]!;
        total[x > y ? x * side + y : y * side + x]! += value * sum[y]!;
      }
      for (let f = 0; f < extra.length; f += 1) total[(models + f) * side + x]! += extra[f]! * value;
    }
    for (let f = 0; f < extra.length; f += 1) {
      for (let g = 0; g <= f; g += 1) total[(models + f) * side + models + g]! += extra[f]! * extra[g]!;
    }
    for (let a = 0; a < this.#count; a += 1) {
      sum[touched[a]!] = 0;
      this.#isTouched[touched[a]!] = 0;
    }
    this.#count = 0;
    extra.fill(0);
  }

  matrix(): SquareMatrix {
    const side = this.#side;
    const matrix = Float64Array.from(this.#total);
    for (let i = 0; i < side; i += 1)
      for (let j = 0; j < i; j += 1) matrix[j * side + i] = matrix[i * side + j]!;
    return matrix;
  }
}
