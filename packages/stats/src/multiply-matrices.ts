import { gramFast, multiplyFast, sandwichFast, shapeFast } from './kernels/linear-algebra-kernel.ts';
import type { SquareMatrix } from './matrices.ts';

/** X Y for n × n matrices. */
export function multiplyMatrices(x: SquareMatrix, y: SquareMatrix, n: number): SquareMatrix {
  return multiplyFast(x, y, n) ?? multiplyReference(x, y, n);
}

/** X Y X for symmetric X and Y, symmetric to the last bit. */
export function sandwichProduct(x: SquareMatrix, y: SquareMatrix, n: number): SquareMatrix {
  return sandwichFast(x, y, n) ?? sandwichReference(x, y, n);
}

/** Z Lᵀ: `rows` rows of independent draws become draws with the covariance L Lᵀ. */
export function shapeDraws(z: Float64Array, rows: number, lower: SquareMatrix, n: number): Float64Array {
  return shapeFast(z, rows, lower, n) ?? shapeReference(z, rows, lower, n);
}

/** Xᵀ X for `rows` rows of X, symmetric to the last bit. */
export function gramMatrix(x: Float64Array, rows: number, n: number): SquareMatrix {
  return gramFast(x, rows, n) ?? gramReference(x, rows, n);
}

/** The same bits as the kernel: every entry takes its products one by one, in the order of the index summed over. */
export function multiplyReference(x: SquareMatrix, y: SquareMatrix, n: number): SquareMatrix {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const target = i * n;
    for (let k = 0; k < n; k += 1) {
      const factor = x[target + k]!;
      const row = k * n;
      for (let j = 0; j < n; j += 1) product[target + j]! += factor * y[row + j]!;
    }
  }
  return product;
}

/** The same bits as the kernel. */
export function sandwichReference(x: SquareMatrix, y: SquareMatrix, n: number): SquareMatrix {
  const product = multiplyReference(multiplyReference(x, y, n), x, n);
  for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) product[j * n + i] = product[i * n + j]!;
  return product;
}

/** The same bits as the kernel. */
export function shapeReference(z: Float64Array, rows: number, lower: SquareMatrix, n: number): Float64Array {
  const shaped = new Float64Array(rows * n);
  for (let row = 0; row < rows; row += 1) {
    const at = row * n;
    for (let i = 0; i < n; i += 1) {
      const factors = i * n;
      let sum = 0;
      for (let k = 0; k <= i; k += 1) sum += z[at + k]! * lower[factors + k]!;
      shaped[at + i] = sum;
    }
  }
  return shaped;
}

/** The same bits as the kernel. */
export function gramReference(x: Float64Array, rows: number, n: number): SquareMatrix {
  const product = new Float64Array(n * n);
  for (let row = 0; row < rows; row += 1) {
    const at = row * n;
    for (let i = 0; i < n; i += 1) {
      const factor = x[at + i]!;
      for (let j = 0; j <= i; j += 1) product[i * n + j]! += factor * x[at + j]!;
    }
  }
  for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) product[j * n + i] = product[i * n + j]!;
  return product;
}
