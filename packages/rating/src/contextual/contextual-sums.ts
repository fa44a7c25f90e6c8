import type { SquareMatrix } from '@agon/stats';
import type { ContextualBlock } from './scan-contextual-rows.ts';

export type SumsAtPoint = {
  /** Comparisons summed. */
  readonly rows: number;
  /** Σ w (y − p) z: one for each model, then one for each feature. */
  readonly gradient: Float64Array;
  /** Σ w p (1 − p) z zᵀ, a new matrix every time. */
  information(): SquareMatrix;
  /** Σ w² (y − p)² z zᵀ, likewise. */
  meat(): SquareMatrix;
};

/**
 * Sums over rows at one point (θ, β): of the scores w (y − p) z, and of the outer products z zᵀ times w p (1 − p) (the
 * information) and times w² (y − p)² (the meat), where z = (e_i − e_j, x). The plain twin of the kernel in
 * assembly/contextual.ts, which adds in the same order but has an exponential of its own, and sums those of features alone
 * row by row in vectors: the two agree to rounding, not in every bit.
 *
 * Kept in pieces that stay in the cache: one number for each pair of models, and `width` for each model.
 */
export class ContextualSums implements SumsAtPoint {
  readonly #m: number;
  readonly #width: number;
  readonly #strength: Float64Array;
  readonly #beta: Float64Array;
  readonly #spread: OuterSums;
  readonly #squares: OuterSums;
  readonly gradient: Float64Array;
  rows = 0;

  constructor(theta: Float64Array, beta: Float64Array) {
    this.#m = theta.length;
    this.#width = beta.length;
    this.#strength = theta.map(Math.exp);
    this.#beta = beta;
    this.gradient = new Float64Array(this.#m + this.#width);
    this.#spread = new OuterSums(this.#m, this.#width);
    this.#squares = new OuterSums(this.#m, this.#width);
  }

  add({ i: first, j: second, y, w, x, stride, length }: ContextualBlock): void {
    const m = this.#m;
    const width = this.#width;
    const strength = this.#strength;
    const beta = this.#beta;
    const gradient = this.gradient;
    for (let row = 0; row < length; row += 1) {
      const i = first[row]!;
      const j = second[row]!;
      const at = row * stride;
      let context = 0;
      for (let f = 0; f < width; f += 1) context += x[at + f]! * beta[f]!;
      const own = strength[i]!;
      const weighed = strength[j]! * Math.exp(Math.min(700, Math.max(-700, -context)));
      const share = 1 / (own + weighed);
      const p = own * share;
      const weight = w[row]!;
      const score = weight * (y[row]! - p);
      gradient[i]! += score;
      gradient[j]! -= score;
      for (let f = 0; f < width; f += 1) gradient[m + f]! += score * x[at + f]!;
      this.#spread.add(i, j, weight * (p * (weighed * share)), x, at);
      this.#squares.add(i, j, score * score, x, at);
    }
    this.rows += length;
  }

  information(): SquareMatrix {
    return this.#spread.matrix();
  }

  meat(): SquareMatrix {
    return this.#squares.matrix();
  }
}

/** Σ h z zᵀ in pieces: h by pair, h x by model, and the lower triangle of h x xᵀ. */
class OuterSums {
  readonly #m: number;
  readonly #width: number;
  readonly #pairs: Float64Array;
  readonly #mixed: Float64Array;
  readonly #own: Float64Array;

  constructor(m: number, width: number) {
    this.#m = m;
    this.#width = width;
    this.#pairs = new Float64Array((m * (m - 1)) / 2);
    this.#mixed = new Float64Array(m * width);
    this.#own = new Float64Array((width * (width + 1)) / 2);
  }

  add(i: number, j: number, h: number, x: Float64Array, at: number): void {
    const width = this.#width;
    const low = Math.min(i, j);
    const high = Math.max(i, j);
    this.#pairs[(high * (high - 1)) / 2 + low]! += h;
    let cell = 0;
    for (let f = 0; f < width; f += 1) {
      const scaled = h * x[at + f]!;
      this.#mixed[i * width + f]! += scaled;
      this.#mixed[j * width + f]! -= scaled;
      for (let g = 0; g <= f; g += 1) {
        this.#own[cell]! += scaled * x[at + g]!;
        cell += 1;
      }
    }
  }

  matrix(): SquareMatrix {
    return assembleBlocks(this.#m, this.#width, this.#pairs, this.#mixed, this.#own);
  }
}

/**
 * (m + width) × (m + width), symmetric, from h by pair (the pair low < high at high (high − 1) / 2 + low), h x by model,
 * and the lower triangle of h x xᵀ row by row.
 */
export function assembleBlocks(
  m: number,
  width: number,
  pairs: Float64Array,
  mixed: Float64Array,
  own: Float64Array,
): SquareMatrix {
  const n = m + width;
  const matrix = new Float64Array(n * n);
  let pair = 0;
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const value = pairs[pair]!;
      pair += 1;
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
  let cell = 0;
  for (let f = 0; f < width; f += 1) {
    for (let g = 0; g <= f; g += 1) {
      matrix[(m + f) * n + m + g] = own[cell]!;
      matrix[(m + g) * n + m + f] = own[cell]!;
      cell += 1;
    }
  }
  return matrix;
}
