import { factorFast, invertFast } from './kernels/linear-algebra-kernel.ts';
import type { SquareMatrix } from './matrices.ts';

/**
 * Lower factor L of a positive definite matrix, A = L Lᵀ; reads the lower triangle only.
 * @returns null where the matrix is not positive definite to working precision
 */
export function factorCholesky(matrix: SquareMatrix, n: number): SquareMatrix | null {
  const fast = factorFast(matrix, n);
  return fast === undefined ? factorReference(matrix, n) : fast;
}

/** (L Lᵀ)⁻¹, symmetric to the last bit. */
export function invertCholesky(lower: SquareMatrix, n: number): SquareMatrix {
  return invertFast(lower, n) ?? invertReference(lower, n);
}

/** The same bits as the kernel: every entry takes its products one by one, in the order of the index summed over. */
export function factorReference(matrix: SquareMatrix, n: number): SquareMatrix | null {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const row = i * n;
    for (let j = 0; j <= i; j += 1) {
      const other = j * n;
      let value = matrix[row + j]!;
      for (let k = 0; k < j; k += 1) value -= lower[row + k]! * lower[other + k]!;
      if (j < i) lower[row + j] = value * (1 / lower[other + j]!);
      else if (!(value > 0) || value === Number.POSITIVE_INFINITY) return null;
      else lower[row + i] = Math.sqrt(value);
    }
  }
  return lower;
}

/**
 * As `factorCholesky` for a matrix that may have lower rank: a pivot below `tolerance` times the largest diagonal entry
 * counts as zero. L Lᵀ is the matrix to about that tolerance; for draws from N(0, A).
 */
export function factorSemidefinite(matrix: SquareMatrix, n: number, tolerance = 1e-12): SquareMatrix {
  const lower = new Float64Array(n * n);
  let largest = 0;
  for (let i = 0; i < n; i += 1) largest = Math.max(largest, matrix[i * n + i]!);
  const left = new Float64Array(4);
  const sums = new Float64Array(4);
  /** Of row `i`, whose variance of `left[r]` is not given away yet, what goes together with row `j`. */
  const set = (i: number, j: number, r: number, sum: number): void => {
    const value = (matrix[i * n + j]! - sum) / lower[j * n + j]!;
    // no more than the row's own variance can go together with another's: beyond is rounding over a tiny pivot
    const most = Math.sqrt(Math.max(0, left[r]!));
    lower[i * n + j] = Math.min(most, Math.max(-most, value));
    left[r]! -= value * value;
  };
  for (let from = 0; from < n; from += 4) {
    const rows = Math.min(4, n - from);
    for (let r = 0; r < rows; r += 1) left[r] = matrix[(from + r) * (n + 1)]!;
    // four rows at a time: sums of one wait for each other
    const before = rows === 4 ? from : 0;
    for (let j = 0; j < before; j += 1) {
      if (lower[j * n + j] === 0) continue;
      dotFour(lower, from * n, n, j * n, j, sums);
      for (let r = 0; r < 4; r += 1) set(from + r, j, r, sums[r]!);
    }
    for (let r = 0; r < rows; r += 1) {
      const i = from + r;
      const row = i * n;
      for (let j = before; j < i; j += 1) {
        if (lower[j * n + j] !== 0) set(i, j, r, dot(lower, row, j * n, j));
      }
      const pivot = matrix[row + i]! - dot(lower, row, row, i);
      if (pivot > tolerance * largest) lower[row + i] = Math.sqrt(pivot);
    }
  }
  return lower;
}

/** `dot` of four rows that follow each other with one. */
function dotFour(
  values: Float64Array,
  x: number,
  step: number,
  y: number,
  length: number,
  sums: Float64Array,
): void {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let k = 0; k < length; k += 1) {
    const other = values[y + k]!;
    const at = x + k;
    first += values[at]! * other;
    second += values[at + step]! * other;
    third += values[at + 2 * step]! * other;
    fourth += values[at + 3 * step]! * other;
  }
  sums[0] = first;
  sums[1] = second;
  sums[2] = third;
  sums[3] = fourth;
}

/** x with L Lᵀ x = b. Two rows at a time: sums of one row wait for each other, those of two do not. */
export function solveCholesky(lower: SquareMatrix, n: number, b: Float64Array): Float64Array {
  const x = Float64Array.from(b);
  const even = n - (n % 2);
  for (let i = 0; i < even; i += 2) {
    const row = i * n;
    const next = row + n;
    let sum = x[i]!;
    let other = x[i + 1]!;
    for (let j = 0; j < i; j += 1) {
      sum -= lower[row + j]! * x[j]!;
      other -= lower[next + j]! * x[j]!;
    }
    const value = sum / lower[row + i]!;
    x[i] = value;
    x[i + 1] = (other - lower[next + i]! * value) / lower[next + i + 1]!;
  }
  if (even < n) {
    let sum = x[even]!;
    for (let j = 0; j < even; j += 1) sum -= lower[even * n + j]! * x[j]!;
    // down and, as the first of the way back, up again
    const pivot = lower[even * n + even]!;
    const value = sum / pivot / pivot;
    x[even] = value;
    for (let j = 0; j < even; j += 1) x[j]! -= lower[even * n + j]! * value;
  }
  for (let i = even - 2; i >= 0; i -= 2) {
    const row = i * n;
    const next = row + n;
    const last = x[i + 1]! / lower[next + i + 1]!;
    const first = (x[i]! - lower[next + i]! * last) / lower[row + i]!;
    x[i + 1] = last;
    x[i] = first;
    for (let j = 0; j < i; j += 1) x[j] = x[j]! - lower[next + j]! * last - lower[row + j]! * first;
  }
  return x;
}

/** L⁻¹, row by row from the top. The same bits as the kernel. */
export function invertLowerReference(lower: SquareMatrix, n: number): SquareMatrix {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const row = i * n;
    for (let k = 0; k < i; k += 1) {
      const factor = lower[row + k]!;
      const other = k * n;
      for (let j = 0; j <= k; j += 1) inverse[row + j]! -= factor * inverse[other + j]!;
    }
    const scale = 1 / lower[row + i]!;
    for (let j = 0; j < i; j += 1) inverse[row + j]! *= scale;
    inverse[row + i] = scale;
  }
  return inverse;
}

/** A⁻¹ = Mᵀ M with M = L⁻¹. The same bits as the kernel. */
export function invertReference(lower: SquareMatrix, n: number): SquareMatrix {
  const inverse = invertLowerReference(lower, n);
  const result = new Float64Array(n * n);
  for (let k = 0; k < n; k += 1) {
    const row = k * n;
    for (let i = 0; i <= k; i += 1) {
      const factor = inverse[row + i]!;
      const target = i * n;
      for (let j = 0; j <= i; j += 1) result[target + j]! += factor * inverse[row + j]!;
    }
  }
  for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) result[j * n + i] = result[i * n + j]!;
  return result;
}

function dot(values: Float64Array, x: number, y: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k += 1) sum += values[x + k]! * values[y + k]!;
  return sum;
}
