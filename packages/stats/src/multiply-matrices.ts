import type { SquareMatrix } from './cholesky.ts';

/** X Y for n × n matrices. */
export function multiplyMatrices(x: SquareMatrix, y: SquareMatrix, n: number): SquareMatrix {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const target = i * n;
    for (let k = 0; k < n; k += 1) {
      const factor = x[target + k]!;
      if (factor === 0) continue;
      const row = k * n;
      for (let j = 0; j < n; j += 1) product[target + j]! += factor * y[row + j]!;
    }
  }
  return product;
}
