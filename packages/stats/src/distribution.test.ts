import { describe, expect, it } from 'vitest';
import { mean, sampleSd } from './mean-and-sd.ts';
import { normalCdf, normalQuantile, Z95 } from './normal-distribution.ts';
import { quantile, quantiles } from './quantile.ts';

describe('normal distribution', () => {
  it.each([
    // Abramowitz and Stegun, table 26.1
    [0, 0.5],
    [1, 0.841344746068543],
    [2, 0.977249868051821],
    [3, 0.99865010196837],
    [-1, 0.158655253931457],
    [4, 0.999968328758167],
    [20, 1],
    [-20, 0],
  ])('P(Z <= %d) = %d', (x, share) => {
    expect(Math.abs(normalCdf(x) - share)).toBeLessThan(2e-15);
  });

  it.each([
    [0.975, Z95],
    [0.5, 0],
    [0.8, 0.8416212335729143],
    [0.999, 3.090232306167813],
    [0.025, -Z95],
  ])('quantile at %d is %d', (share, x) => {
    expect(Math.abs(normalQuantile(share) - x)).toBeLessThan(1e-12);
  });

  it('refuses shares of 0 and 1', () => {
    expect(() => normalQuantile(0)).toThrow(RangeError);
    expect(() => normalQuantile(1)).toThrow(RangeError);
  });
});

describe('quantiles', () => {
  it('interpolates as numpy’s default does', () => {
    // np.quantile([7, 1, 3, 5], [0, .1, .5, .9, 1])
    for (const [i, value] of [1, 1.6, 4, 6.4, 7].entries()) {
      expect(quantiles([7, 1, 3, 5], [0, 0.1, 0.5, 0.9, 1])[i]).toBeCloseTo(value, 12);
    }
    expect(quantile([2], 0.3)).toBe(2);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

describe('mean and sample sd', () => {
  it('of 2, 4, 4, 4, 5, 5, 7, 9 are 5 and √(32/7)', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(values)).toBe(5);
    expect(sampleSd(values)).toBeCloseTo(Math.sqrt(32 / 7), 14);
  });

  it('are null where there are too few values', () => {
    expect(mean([])).toBeNull();
    expect(sampleSd([1])).toBeNull();
  });
});
