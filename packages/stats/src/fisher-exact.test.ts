import { describe, expect, it } from 'vitest';
import { fisherTail } from './fisher-exact.ts';

describe('fisherTail', () => {
  it.each([
    // Fisher's tea, all but one pair right: (C(4,3)·C(4,1) + 1) / C(8,4) = 17 / 70
    [3, 4, 1, 4, 17 / 70],
    // all right: 1 / 70
    [4, 4, 0, 4, 1 / 70],
    // C(10,2)·C(5,0) / C(15,2) = 45 / 105
    [2, 10, 0, 5, 45 / 105],
    // nothing has the mark
    [0, 10, 0, 10, 1],
    // everything has it
    [10, 10, 10, 10, 1],
    // the least that the sums allow: certain
    [1, 4, 4, 4, 1],
  ])('of %i of %i beside %i of %i is %f', (part, of, otherPart, otherOf, p) => {
    expect(fisherTail({ part, of }, { part: otherPart, of: otherOf })).toBeCloseTo(p, 12);
  });

  it('is a probability where there are thousands', () => {
    const p = fisherTail({ part: 2600, of: 5000 }, { part: 2500, of: 5000 });
    // normal approximation with continuity correction: z = (100 − 1) / √(10000 · ¼ · 0.9996) = 1.981, p = 0.0238
    expect(p).toBeCloseTo(0.0238, 3);
  });
});
