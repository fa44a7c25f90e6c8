import { describe, expect, it } from 'vitest';
import { mcnemarTest } from './mcnemar-test.ts';

describe('mcnemarTest', () => {
  it.each([
    // by hand: 2 · (C(10,0) + C(10,1) + C(10,2)) / 2^10 = 112 / 1024
    [2, 8, 112 / 1024],
    [8, 2, 112 / 1024],
    // 2 · 1 / 2^5
    [0, 5, 2 / 32],
    // nothing tells them apart
    [0, 0, 1],
    [4, 4, 1],
    // 2 · (1 + 12 + 66 + 220) / 4096
    [3, 9, 598 / 4096],
  ])('of %i against %i is %f', (first, second, p) => {
    expect(mcnemarTest(first, second)).toBeCloseTo(p, 12);
  });

  it('is a probability where there are thousands of items', () => {
    const p = mcnemarTest(1000, 1100);
    // the normal approximation with continuity correction: z = 99 / √2100 = 2.160, p = 0.0308
    expect(p).toBeCloseTo(0.0308, 3);
  });
});
