import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernel, KERNELS } from '../scripts/build-kernels.ts';
import { factorPlainly, invertPlainly, type SquareMatrix } from './cholesky.ts';
import {
  factorFast,
  gramFast,
  invertFast,
  multiplyFast,
  sandwichFast,
  shapeFast,
} from './linear-algebra-kernel.ts';
import { gramPlainly, multiplyPlainly, sandwichPlainly, shapePlainly } from './multiply-matrices.ts';
import { normalDraws } from './normal-draws.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** From the smallest that the kernel takes; multiples of four and not. */
const size = fc.integer({ min: 24, max: 60 });

/** Symmetric; positive definite where `shift` is large. */
function symmetric(tag: string, n: number, shift: number): SquareMatrix {
  const noise = normalDraws(tag, n * n);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) matrix[i * n + j] = noise[i * n + j]! + noise[j * n + i]!;
    matrix[i * n + i]! += shift;
  }
  return matrix;
}

describe('the compiled kernels', () => {
  it.each(KERNELS)(
    '%s: the bytes are those of the source',
    (source, target) => {
      expect(readFileSync(`${ROOT}${target}`, 'utf8')).toBe(compileKernel(source));
    },
    60_000,
  );

  it('factor and invert to the last bit as the plain code does', () => {
    fc.assert(
      fc.property(size, fc.nat(), (n, seed) => {
        const matrix = symmetric(`factor/${seed}`, n, 4 * n);
        const lower = factorPlainly(matrix, n)!;
        expect(factorFast(matrix, n)).toEqual(lower);
        expect(invertFast(lower, n)).toEqual(invertPlainly(lower, n));
        matrix[n * n - 1] = -1;
        expect(factorFast(matrix, n)).toBeNull();
        expect(factorPlainly(matrix, n)).toBeNull();
      }),
      { numRuns: 25 },
    );
  });

  it('multiply to the last bit as the plain code does', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 30 }), fc.nat(), (n, rows, seed) => {
        const x = symmetric(`x/${seed}`, n, 0);
        const y = symmetric(`y/${seed}`, n, 0);
        expect(multiplyFast(x, y, n)).toEqual(multiplyPlainly(x, y, n));
        expect(sandwichFast(x, y, n)).toEqual(sandwichPlainly(x, y, n));
        const z = normalDraws(`z/${seed}`, rows * n);
        expect(gramFast(z, rows, n)).toEqual(gramPlainly(z, rows, n));
        expect(shapeFast(z, rows, x, n)).toEqual(shapePlainly(z, rows, x, n));
      }),
      { numRuns: 25 },
    );
  });
});
