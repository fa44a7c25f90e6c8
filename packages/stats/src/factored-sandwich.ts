import { factorReference, invertLowerReference } from './cholesky.ts';
import { sandwichRootFast, sandwichScoresFast, shapeByRootFast } from './kernels/linear-algebra-kernel.ts';
import type { FactoredSandwich, SquareMatrix } from './matrices.ts';
import { gramReference, shapeReference } from './multiply-matrices.ts';

/**
 * A⁻¹ B A⁻¹ of two positive definite matrices together with its triangular root, by triangles all along: half of the work
 * of an inverse, two products and a factor.
 * @returns null where one of them is not positive definite to working precision
 */
export function factoredSandwich(
  bread: SquareMatrix,
  meat: SquareMatrix,
  n: number,
): FactoredSandwich | null {
  const fast = sandwichRootFast(bread, meat, n);
  return fast === undefined ? factoredSandwichReference(bread, meat, n) : fast;
}

/**
 * A⁻¹ Zᵀ Z A⁻¹ of a positive definite matrix and `rows` rows of Z, symmetric to the last bit: for fewer rows than columns
 * about half of the work of an inverse and two products.
 * @returns null where A is not positive definite to working precision
 */
export function sandwichOfScores(
  bread: SquareMatrix,
  scores: Float64Array,
  rows: number,
  n: number,
): SquareMatrix | null {
  const fast = sandwichScoresFast(bread, scores, rows, n);
  return fast === undefined ? sandwichOfScoresReference(bread, scores, rows, n) : fast;
}

/** The same bits as the kernel. */
export function sandwichOfScoresReference(
  bread: SquareMatrix,
  scores: Float64Array,
  rows: number,
  n: number,
): SquareMatrix | null {
  const lower = factorReference(bread, n);
  if (lower === null) return null;
  const w = invertLowerReference(lower, n);
  return gramReference(shapeByRootReference(shapeReference(scores, rows, w, n), rows, w, n), rows, n);
}

/** Z G: `rows` rows of independent draws become draws with the covariance Gᵀ G. */
export function shapeDrawsByRoot(z: Float64Array, rows: number, root: SquareMatrix, n: number): Float64Array {
  return shapeByRootFast(z, rows, root, n) ?? shapeByRootReference(z, rows, root, n);
}

/** The same bits as the kernel: every entry takes its products one by one, in the order written here. */
export function factoredSandwichReference(
  bread: SquareMatrix,
  meat: SquareMatrix,
  n: number,
): FactoredSandwich | null {
  const lower = factorReference(bread, n);
  if (lower === null) return null;
  const w = invertLowerReference(lower, n);
  const sum = (from: number, to: number, term: (k: number) => number): number => {
    let total = 0;
    for (let k = from; k <= to; k += 1) total += term(k);
    return total;
  };
  const t = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) t[i * n + j] = sum(0, i, (k) => w[i * n + k]! * meat[k * n + j]!);
  }
  const s = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) s[i * n + j] = sum(0, j, (k) => t[i * n + k]! * w[j * n + k]!);
  }
  const q = factorBackward(s, n);
  if (q === null) return null;
  const root = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) root[i * n + j] = sum(j, i, (k) => q[i * n + k]! * w[k * n + j]!);
  }
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      product[i * n + j] = sum(i, n - 1, (k) => root[k * n + i]! * root[k * n + j]!);
      product[j * n + i] = product[i * n + j]!;
    }
  }
  return { product, root };
}

/** Lower Q with S = Qᵀ Q, from the last row to the first. */
function factorBackward(s: SquareMatrix, n: number): SquareMatrix | null {
  const q = new Float64Array(n * n);
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let j = i; j >= 0; j -= 1) {
      let value = s[i * n + j]!;
      for (let k = n - 1; k > i; k -= 1) value -= q[k * n + i]! * q[k * n + j]!;
      if (j < i) q[i * n + j] = value * (1 / q[i * n + i]!);
      // what rounding leaves of nothing is no pivot: the row would be divided by noise
      else if (!(value > 1e-13 * s[i * n + i]!) || value === Number.POSITIVE_INFINITY) return null;
      else q[i * n + i] = Math.sqrt(value);
    }
  }
  return q;
}

/** The same bits as the kernel. */
export function shapeByRootReference(
  z: Float64Array,
  rows: number,
  root: SquareMatrix,
  n: number,
): Float64Array {
  const shaped = new Float64Array(rows * n);
  for (let row = 0; row < rows; row += 1) {
    const at = row * n;
    for (let k = 0; k < n; k += 1) {
      const scale = z[at + k]!;
      for (let i = 0; i <= k; i += 1) shaped[at + i]! += scale * root[k * n + i]!;
    }
  }
  return shaped;
}
