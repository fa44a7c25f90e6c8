import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquareCritical, chiSquareTail } from './chi-square.ts';

describe('χ² with an even number of degrees of freedom', () => {
  it.each([
    // golden case G10: χ² with 2 j degrees at 0.99
    [2, 9.21034037197618],
    [4, 13.276704135987622],
    [6, 16.811893829770927],
    [8, 20.090235029663233],
    [10, 23.209251158954356],
  ])('is passed at 1 %% with %d degrees at %d', (degrees, value) => {
    expect(Math.abs(chiSquareCritical(0.01, degrees) - value)).toBeLessThan(1e-12 * value);
  });

  it('with two degrees is exponential', () => {
    expect(chiSquareTail(3, 2)).toBe(Math.exp(-1.5));
    expect(chiSquareTail(0, 8)).toBe(1);
    expect(chiSquareTail(1e5, 2)).toBe(0);
  });

  it('falls with x to rounding, and critical values are where it is α', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 1e-9, max: 0.999, noNaN: true }),
        fc.double({ min: 0, max: 200, noNaN: true }),
        (half, alpha, x) => {
          const degrees = 2 * half;
          expect(
            Math.abs(chiSquareTail(chiSquareCritical(alpha, degrees), degrees) / alpha - 1),
          ).toBeLessThan(1e-10);
          expect(chiSquareTail(x + 1, degrees)).toBeLessThanOrEqual(chiSquareTail(x, degrees) + 1e-12);
        },
      ),
    );
  });

  it.each([
    [() => chiSquareTail(1, 3)],
    [() => chiSquareTail(-1, 2)],
    [() => chiSquareTail(Number.NaN, 2)],
    [() => chiSquareCritical(0, 2)],
    [() => chiSquareCritical(1, 2)],
  ])('refuses what it does not know: %s', (ask) => {
    expect(ask).toThrow(RangeError);
  });
});
