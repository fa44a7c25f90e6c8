import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorCholesky, factorSemidefinite, invertCholesky, solveCholesky } from './cholesky.ts';
import { eigenSymmetric } from './eigen-symmetric.ts';
import type { SquareMatrix } from './matrices.ts';
import { gramMatrix, multiplyMatrices } from './multiply-matrices.ts';
import { normalDraws } from './normal-draws.ts';

/** A size and n × k numbers: A = X Xᵀ has rank at most k. */
const grams = (rank: (n: number) => number, shift: number) =>
  fc.integer({ min: 1, max: 9 }).chain((n) =>
    fc
      .array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n * rank(n), maxLength: n * rank(n) })
      .map((x) => {
        const k = rank(n);
        const a = new Float64Array(n * n);
        for (let i = 0; i < n; i += 1) {
          for (let j = 0; j < n; j += 1) {
            for (let c = 0; c < k; c += 1) a[i * n + j]! += x[i * k + c]! * x[j * k + c]!;
            if (i === j) a[i * n + j]! += shift;
          }
        }
        return { n, a };
      }),
  );

function transposed(a: SquareMatrix, n: number): SquareMatrix {
  return a.map((_, k) => a[(k % n) * n + Math.floor(k / n)]!);
}

function expectClose(x: ArrayLike<number>, y: ArrayLike<number>, tolerance: number): void {
  expect(x.length).toBe(y.length);
  for (let k = 0; k < x.length; k += 1) expect(Math.abs(x[k]! - y[k]!)).toBeLessThan(tolerance);
}

/** The slow twin of `factorSemidefinite`. */
function factorRowByRow(a: SquareMatrix, n: number): SquareMatrix {
  const lower = new Float64Array(n * n);
  const largest = Math.max(...Array.from({ length: n }, (_, i) => a[i * n + i]!));
  const sumUpTo = (i: number, j: number): number => {
    let sum = 0;
    for (let k = 0; k < j; k += 1) sum += lower[i * n + k]! * lower[j * n + k]!;
    return sum;
  };
  for (let i = 0; i < n; i += 1) {
    let left = a[i * n + i]!;
    for (let j = 0; j < i; j += 1) {
      if (lower[j * n + j] === 0) continue;
      const value = (a[i * n + j]! - sumUpTo(i, j)) / lower[j * n + j]!;
      const most = Math.sqrt(Math.max(0, left));
      lower[i * n + j] = Math.min(most, Math.max(-most, value));
      left -= value * value;
    }
    const pivot = a[i * n + i]! - sumUpTo(i, i);
    if (pivot > 1e-12 * largest) lower[i * n + i] = Math.sqrt(pivot);
  }
  return lower;
}

describe('Cholesky', () => {
  it('factors, solves and inverts by hand: [[4, 2], [2, 3]] = L Lᵀ with L = [[2, 0], [1, √2]]', () => {
    const lower = factorCholesky(Float64Array.of(4, 2, 2, 3), 2)!;
    expectClose(lower, [2, 0, 1, Math.SQRT2], 1e-15);
    expectClose(solveCholesky(lower, 2, Float64Array.of(8, 7)), [1.25, 1.5], 1e-15);
    expectClose(invertCholesky(lower, 2), [0.375, -0.25, -0.25, 0.5], 1e-15);
  });

  it('gives back the matrix, and an inverse and solutions that are', () => {
    fc.assert(
      fc.property(
        grams((n) => n, 0.5),
        ({ n, a }) => {
          const lower = factorCholesky(a, n)!;
          expectClose(multiplyMatrices(lower, transposed(lower, n), n), a, 1e-10);
          const inverse = invertCholesky(lower, n);
          const identity = new Float64Array(n * n);
          for (let i = 0; i < n; i += 1) identity[i * n + i] = 1;
          expectClose(multiplyMatrices(a, inverse, n), identity, 1e-9);
          const b = Float64Array.from({ length: n }, (_, i) => i - 1);
          const x = solveCholesky(lower, n, b);
          for (let i = 0; i < n; i += 1) {
            let sum = 0;
            for (let j = 0; j < n; j += 1) sum += a[i * n + j]! * x[j]!;
            expect(Math.abs(sum - b[i]!)).toBeLessThan(1e-9);
          }
        },
      ),
    );
  });

  it('refuses what is not positive definite', () => {
    expect(factorCholesky(Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
    expect(factorCholesky(Float64Array.of(1, 1, 1, 1), 2)).toBeNull();
    expect(factorCholesky(Float64Array.of(Number.NaN), 1)).toBeNull();
    expect(factorCholesky(Float64Array.of(Number.POSITIVE_INFINITY), 1)).toBeNull();
  });

  it('keeps rounding over a pivot just above the tolerance from growing', () => {
    const n = 9;
    const a = new Float64Array(n * n);
    const cells: [number, number, number][] = [
      [1, 1, 4.188782438649116e-9],
      [4, 1, -0.000002007606826568709],
      [4, 4, 0.0009622092487800287],
      [5, 1, 5.1795923970740674e-12],
      [5, 5, 7.703488016951741e-7],
      [8, 4, -4.72483899374119e-9],
      [8, 8, 0.26850853235645405],
    ];
    for (const [i, j, value] of cells) {
      a[i * n + j] = value;
      a[j * n + i] = value;
    }
    const lower = factorSemidefinite(a, n);
    expectClose(multiplyMatrices(lower, transposed(lower, n), n), a, 1e-8);
  });

  it('is of lower rank what the plain loops are, bit by bit', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 0.6, 0.2), fc.integer({ min: 0, max: 9 }), (share, seed) => {
        for (let n = 1; n < 24; n += 1) {
          const rank = Math.ceil(share * n);
          const a = gramMatrix(normalDraws(`rank/${seed}/${n}`, rank * n), rank, n);
          expect(factorSemidefinite(a, n)).toEqual(factorRowByRow(a, n));
        }
      }),
    );
  });

  it('takes lower rank where it may', () => {
    fc.assert(
      fc.property(
        grams((n) => Math.max(1, n - 2), 0),
        ({ n, a }) => {
          const lower = factorSemidefinite(a, n);
          expectClose(multiplyMatrices(lower, transposed(lower, n), n), a, 2e-4);
        },
      ),
    );
  });
});

describe('eigenSymmetric', () => {
  it('finds 1 and 3 in [[2, 1], [1, 2]]', () => {
    const { values } = eigenSymmetric(Float64Array.of(2, 1, 1, 2), 2);
    expectClose([...values].sort(), [1, 3], 1e-14);
  });

  it('gives vectors that the matrix only stretches, each of length 1, at right angles', () => {
    fc.assert(
      fc.property(
        grams((n) => n, -1),
        ({ n, a }) => {
          const { values, vectors } = eigenSymmetric(a, n);
          const stretched = vectors.map((value, k) => value * values[k % n]!);
          expectClose(multiplyMatrices(a, vectors, n), stretched, 1e-9);
          const square = multiplyMatrices(transposed(vectors, n), vectors, n);
          expectClose(
            square,
            square.map((_, k) => Number(k % (n + 1) === 0)),
            1e-12,
          );
        },
      ),
    );
  });
});
