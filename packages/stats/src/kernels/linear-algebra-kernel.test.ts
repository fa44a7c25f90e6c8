import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernel, KERNELS } from '../../scripts/build-kernels.ts';
import { factorReference, invertReference } from '../cholesky.ts';
import {
  factoredSandwichReference,
  sandwichOfScoresReference,
  shapeByRootReference,
} from '../factored-sandwich.ts';
import type { SquareMatrix } from '../matrices.ts';
import { gramReference, multiplyReference, sandwichReference, shapeReference } from '../multiply-matrices.ts';
import { normalDraws } from '../normal-draws.ts';
import {
  factorFast,
  gramFast,
  invertFast,
  multiplyFast,
  sandwichFast,
  sandwichRootFast,
  sandwichScoresFast,
  shapeByRootFast,
  shapeFast,
} from './linear-algebra-kernel.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
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
  it('shape many rows of few columns to the last bit as the plain code does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 23 }),
        fc.integer({ min: 24, max: 50 }),
        fc.nat(),
        (n, rows, seed) => {
          const z = normalDraws(`z/${seed}`, rows * n);
          const lower = factorReference(symmetric(`few/${seed}`, n, 4 * n + 8), n)!;
          expect(gramFast(z, rows, n)).toEqual(gramReference(z, rows, n));
          expect(shapeFast(z, rows, lower, n)).toEqual(shapeReference(z, rows, lower, n));
          expect(shapeByRootFast(z, rows, lower, n)).toEqual(shapeByRootReference(z, rows, lower, n));
        },
      ),
      { numRuns: 25 },
    );
  });

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
        const lower = factorReference(matrix, n)!;
        expect(factorFast(matrix, n)).toEqual(lower);
        expect(invertFast(lower, n)).toEqual(invertReference(lower, n));
        matrix[n * n - 1] = -1;
        expect(factorFast(matrix, n)).toBeNull();
        expect(factorReference(matrix, n)).toBeNull();
      }),
      { numRuns: 25 },
    );
  });

  it('multiply to the last bit as the plain code does', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 30 }), fc.nat(), (n, rows, seed) => {
        const x = symmetric(`x/${seed}`, n, 0);
        const y = symmetric(`y/${seed}`, n, 0);
        expect(multiplyFast(x, y, n)).toEqual(multiplyReference(x, y, n));
        expect(sandwichFast(x, y, n)).toEqual(sandwichReference(x, y, n));
        const z = normalDraws(`z/${seed}`, rows * n);
        expect(gramFast(z, rows, n)).toEqual(gramReference(z, rows, n));
        expect(shapeFast(z, rows, x, n)).toEqual(shapeReference(z, rows, x, n));
      }),
      { numRuns: 25 },
    );
  });

  it('make a sandwich and its root to the last bit as the plain code does, and shape draws by it', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 30 }), fc.nat(), (n, rows, seed) => {
        const bread = symmetric(`bread/${seed}`, n, 4 * n);
        const meat = symmetric(`meat/${seed}`, n, 4 * n);
        const plain = factoredSandwichReference(bread, meat, n)!;
        expect(sandwichRootFast(bread, meat, n)).toEqual(plain);
        const z = normalDraws(`z/${seed}`, rows * n);
        expect(shapeByRootFast(z, rows, plain.root, n)).toEqual(shapeByRootReference(z, rows, plain.root, n));
        const inverse = invertReference(factorReference(bread, n)!, n);
        const direct = sandwichReference(inverse, meat, n);
        direct.forEach((value, k) => {
          expect(Math.abs(value - plain.product[k]!)).toBeLessThan(1e-13);
        });
        const indefinite = meat.with(0, -1);
        expect(sandwichRootFast(bread, indefinite, n)).toBeNull();
        expect(factoredSandwichReference(bread, indefinite, n)).toBeNull();
        expect(sandwichRootFast(indefinite, meat, n)).toBeNull();
        const deficient = gramReference(normalDraws(`few/${seed}`, (n - 3) * n), n - 3, n);
        expect(sandwichRootFast(bread, deficient, n)).toBeNull();
        expect(factoredSandwichReference(bread, deficient, n)).toBeNull();
      }),
      { numRuns: 25 },
    );
  });

  it('A⁻¹ Zᵀ Z A⁻¹ from few rows of Z: the same bits as plain code, and what the products of whole matrices give', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 30 }), fc.nat(), (n, rows, seed) => {
        const bread = symmetric(`bread/${seed}`, n, 4 * n);
        const scores = normalDraws(`scores/${seed}`, rows * n);
        const plain = sandwichOfScoresReference(bread, scores, rows, n)!;
        expect(sandwichScoresFast(bread, scores, rows, n)).toEqual(plain);
        const inverse = invertReference(factorReference(bread, n)!, n);
        const direct = sandwichReference(inverse, gramReference(scores, rows, n), n);
        direct.forEach((value, k) => {
          expect(Math.abs(value - plain[k]!)).toBeLessThan(1e-13);
        });
        const indefinite = bread.with(0, -1);
        expect(sandwichScoresFast(indefinite, scores, rows, n)).toBeNull();
        expect(sandwichOfScoresReference(indefinite, scores, rows, n)).toBeNull();
      }),
      { numRuns: 25 },
    );
  });
});
