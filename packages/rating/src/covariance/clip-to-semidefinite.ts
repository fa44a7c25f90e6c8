import { eigenSymmetric, type SquareMatrix } from '@agon/stats';

/** Sets the negative eigenvalues of a symmetric matrix to zero, in place. */
export function clipToSemidefinite(matrix: SquareMatrix, m: number): void {
  const { values, vectors } = eigenSymmetric(matrix, m);
  for (let k = 0; k < m; k += 1) {
    const value = values[k]!;
    if (value >= 0) continue;
    for (let i = 0; i < m; i += 1) {
      const scaled = value * vectors[i * m + k]!;
      for (let j = 0; j < m; j += 1) matrix[i * m + j]! -= scaled * vectors[j * m + k]!;
    }
  }
}
