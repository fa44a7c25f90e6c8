import { describe, expect, it } from 'vitest';
import { normalCdf, Z95 } from './normal-distribution.ts';
import { quantile } from './quantile.ts';
import { student95, studentCdf, studentQuantile } from './student-distribution.ts';
import { studentScales } from './student-scales.ts';

describe('Student’s t', () => {
  it.each([
    // one degree is Cauchy's: ½ + arctan(x)/π; two: ½ + x / (2 √(2 + x²)); four: ½ + ¾ s (1 − s²/3), s = x/√(4 + x²)
    ...[-40, -3, -1, -0.01, 0.5, 1, 2.5, 700].flatMap((x) => [
      [x, 1, 0.5 + Math.atan(x) / Math.PI],
      [x, 2, 0.5 + x / (2 * Math.sqrt(2 + x * x))],
      [x, 4, 0.5 + 0.75 * (x / Math.sqrt(4 + x * x)) * (1 - (x * x) / (4 + x * x) / 3)],
    ]),
    [0, 7, 0.5],
  ])('P(T <= %d) with %d degrees is %d', (x, degrees, share) => {
    expect(Math.abs(studentCdf(x!, degrees!) - share!)).toBeLessThan(1e-13);
  });

  it.each([
    // tables of t: Abramowitz and Stegun, table 26.10, 97.5 %
    [1, 12.706],
    [2, 4.303],
    [5, 2.571],
    [9, 2.262],
    [19, 2.093],
    [30, 2.042],
    [60, 2],
    [120, 1.98],
  ])('of %d degrees holds 95 %% within ± %d', (degrees, t) => {
    expect(Math.abs(student95(degrees) - t)).toBeLessThan(5.1e-4);
  });

  it('with many degrees is normal', () => {
    expect(student95(Number.POSITIVE_INFINITY)).toBe(Z95);
    expect(studentCdf(1.3, Number.POSITIVE_INFINITY)).toBe(normalCdf(1.3));
    for (const degrees of [399, 400, 1e4, 1e6]) {
      // Cornish and Fisher: t ≈ z + (z³ + z) / 4ν
      expect(Math.abs(student95(degrees) - Z95 - (Z95 ** 3 + Z95) / 4 / degrees)).toBeLessThan(
        3 / degrees ** 2,
      );
    }
  });

  it('quantile and chance are each other’s inverse, and it is symmetric', () => {
    for (const degrees of [1, 2, 3, 10, 119, 5000]) {
      for (const share of [0.001, 0.2, 0.5, 0.9, 0.9999]) {
        expect(Math.abs(studentCdf(studentQuantile(share, degrees), degrees) - share)).toBeLessThan(1e-13);
        expect(studentQuantile(1 - share, degrees)).toBeCloseTo(-studentQuantile(share, degrees), 8);
      }
    }
  });

  it('refuses less than a degree, and shares of 0 and 1', () => {
    expect(() => studentCdf(1, 0)).toThrow(RangeError);
    expect(() => studentQuantile(1, 3)).toThrow(RangeError);
  });
});

describe('scales from normal draws to Student’s', () => {
  it.each([1, 2, 9, 60])('have the mean and the median of χ² with %d degrees', (degrees) => {
    const square = studentScales('scales', 40_000, degrees).map((scale) => degrees / scale ** 2);
    const mean = square.reduce((sum, value) => sum + value, 0) / square.length;
    // five standard errors
    expect(Math.abs(mean - degrees)).toBeLessThan(5 * Math.sqrt((2 * degrees) / square.length));
    // χ² with one degree is z², with two exponential; else Wilson and Hilferty
    const median =
      degrees === 1 ? 0.4549 : degrees === 2 ? 2 * Math.log(2) : degrees * (1 - 2 / 9 / degrees) ** 3;
    expect(Math.abs(quantile(square, 0.5) / median - 1)).toBeLessThan(degrees === 1 ? 0.05 : 0.02);
  });

  it('are 1 for the normal distribution', () => {
    expect(studentScales('scales', 3, Number.POSITIVE_INFINITY)).toEqual(Float64Array.of(1, 1, 1));
  });
});
