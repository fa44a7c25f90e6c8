import { describe, expect, it } from 'vitest';
import { binomialTail } from './binomial-tail.ts';

describe('binomialTail', () => {
  it.each([
    // by hand: 1/2^2, 3/2^2, (1 + 4)/2^4, 1/10 of one trial
    [2, 2, 0.5, 0.25],
    [1, 2, 0.5, 0.75],
    [3, 4, 0.5, 5 / 16],
    [1, 1, 0.1, 0.1],
    [0, 9, 0.3, 1],
    // tables of the binomial distribution: 26 of 40 and 25 of 40 at one half
    [26, 40, 0.5, 0.0403],
    [25, 40, 0.5, 0.0769],
  ])('of %i or more of %i at %d', (k, n, p, tail) => {
    expect(binomialTail(k, n, p)).toBeCloseTo(tail, 4);
  });

  it('stays exact where single terms are below what a number can hold', () => {
    expect(binomialTail(2500, 5000, 0.5)).toBeCloseTo(0.5056, 4);
    expect(binomialTail(5000, 5000, 0.5)).toBe(0);
  });
});
