import type { SquareMatrix } from '@agon/stats';
import type { ContextualBlock } from './scan-contextual-rows.ts';

/**
 * Sums over rows at one point (θ, β): of the scores w (y − p) z, and of the outer products z zᵀ times w p (1 − p) (the
 * information) or times w² (y − p)² (the meat), where z = (e_i − e_j, x).
 *
 * Kept in pieces that stay in the cache: one number for each ordered pair of models, and `width` for each model.
 */
export class ContextualSums {
  readonly #m: number;
  readonly #width: number;
  readonly #strength: Float64Array;
  readonly #beta: Float64Array;
  readonly gradient: Float64Array;
  readonly #pairs: Float64Array;
  readonly #mixed: Float64Array;
  readonly #own: Float64Array;
  readonly #meatPairs: Float64Array;
  readonly #meatMixed: Float64Array;
  readonly #meatOwn: Float64Array;
  readonly #withMeat: boolean;

  constructor(theta: Float64Array, beta: Float64Array, withMeat: boolean) {
    const m = theta.length;
    const width = beta.length;
    this.#m = m;
    this.#width = width;
    this.#strength = theta.map(Math.exp);
    this.#beta = beta;
    this.#withMeat = withMeat;
    this.gradient = new Float64Array(m + width);
    this.#pairs = new Float64Array(m * m);
    this.#mixed = new Float64Array(m * width);
    this.#own = new Float64Array(width * width);
    this.#meatPairs = new Float64Array(withMeat ? m * m : 0);
    this.#meatMixed = new Float64Array(withMeat ? m * width : 0);
    this.#meatOwn = new Float64Array(withMeat ? width * width : 0);
  }

  add(block: ContextualBlock): void {
    const m = this.#m;
    const width = this.#width;
    const strength = this.#strength;
    const beta = this.#beta;
    const gradient = this.gradient;
    const { i: first, j: second, y, w, x, length } = block;
    for (let row = 0; row < length; row += 1) {
      const i = first[row]!;
      const j = second[row]!;
      const at = row * width;
      let context = 0;
      for (let f = 0; f < width; f += 1) context += x[at + f]! * beta[f]!;
      const own = strength[i]!;
      const p = own / (own + strength[j]! * Math.exp(-context));
      const weight = w[row]!;
      const score = weight * (y[row]! - p);
      const h = weight * p * (1 - p);
      gradient[i]! += score;
      gradient[j]! -= score;
      this.#pairs[i * m + j]! += h;
      for (let f = 0; f < width; f += 1) {
        const value = x[at + f]!;
        gradient[m + f]! += score * value;
        const scaled = h * value;
        this.#mixed[i * width + f]! += scaled;
        this.#mixed[j * width + f]! -= scaled;
        for (let g = 0; g <= f; g += 1) this.#own[f * width + g]! += scaled * x[at + g]!;
      }
      if (!this.#withMeat) continue;
      const square = score * score;
      this.#meatPairs[i * m + j]! += square;
      for (let f = 0; f < width; f += 1) {
        const scaled = square * x[at + f]!;
        this.#meatMixed[i * width + f]! += scaled;
        this.#meatMixed[j * width + f]! -= scaled;
        for (let g = 0; g <= f; g += 1) this.#meatOwn[f * width + g]! += scaled * x[at + g]!;
      }
    }
  }

  information(): SquareMatrix {
    return assembleBlocks(this.#m, this.#width, this.#pairs, this.#mixed, this.#own);
  }

  meat(): SquareMatrix {
    return assembleBlocks(this.#m, this.#width, this.#meatPairs, this.#meatMixed, this.#meatOwn);
  }
}

/** (m + width) × (m + width), symmetric, from h by ordered pair, h x by model, and the lower triangle of h x xᵀ. */
export function assembleBlocks(
  m: number,
  width: number,
  pairs: Float64Array,
  mixed: Float64Array,
  own: Float64Array,
): SquareMatrix {
  const n = m + width;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const value = pairs[i * m + j]! + pairs[j * m + i]!;
      matrix[i * n + i]! += value;
      matrix[j * n + j]! += value;
      matrix[i * n + j] = -value;
      matrix[j * n + i] = -value;
    }
    for (let f = 0; f < width; f += 1) {
      matrix[i * n + m + f] = mixed[i * width + f]!;
      matrix[(m + f) * n + i] = mixed[i * width + f]!;
    }
  }
  for (let f = 0; f < width; f += 1) {
    for (let g = 0; g <= f; g += 1) {
      matrix[(m + f) * n + m + g] = own[f * width + g]!;
      matrix[(m + g) * n + m + f] = own[f * width + g]!;
    }
  }
  return matrix;
}
