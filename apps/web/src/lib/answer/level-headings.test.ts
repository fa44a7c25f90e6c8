import { describe, expect, it } from 'vitest';
import { closeGaps } from './level-headings.ts';

describe('closeGaps', () => {
  it.each([
    [[], []],
    [
      [3, 4, 5, 3],
      [3, 4, 5, 3],
    ],
    [[5], [3]],
    [
      [5, 5, 6, 3],
      [3, 3, 4, 3],
    ],
    [
      [3, 6, 4],
      [3, 4, 4],
    ],
  ])('of %j is %j', (given, levels) => {
    expect(closeGaps(given)).toEqual(levels);
  });
});
