import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson-interval.ts';

describe('the Wilson interval', () => {
  // by hand: p = 0, n: 0 to z²/(n + z²); p = 1 mirrors it; p = 1/2: 1/2 ± z / (2 √(n + z²)); z² = 3.841458820694124
  it.each([
    [0, 10, 0, 3.841458820694124 / 13.841458820694124],
    [1, 10, 10 / 13.841458820694124, 1],
    [
      0.5,
      10,
      0.5 - 1.959963984540054 / (2 * Math.sqrt(13.841458820694124)),
      0.5 + 1.959963984540054 / (2 * Math.sqrt(13.841458820694124)),
    ],
  ])('of %d out of %i', (share, n, low, high) => {
    const interval = wilsonInterval(share, n);
    expect(interval.low).toBeCloseTo(low, 12);
    expect(interval.high).toBeCloseTo(high, 12);
  });

  it('is not there without a count', () => {
    expect(wilsonInterval(0.5, null)).toEqual({ low: null, high: null });
    expect(wilsonInterval(0.5, 0)).toEqual({ low: null, high: null });
  });
});
