import { normalDraws, studentScales } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { KeptDraws } from './kept-draws.ts';

describe('kept draws', () => {
  it('are those of their tag, whatever was asked for before', () => {
    const kept = new KeptDraws('tag', 50);
    for (const [seed, m, degrees] of [
      [1, 3, 9],
      [1, 3, 9],
      [1, 4, 9],
      [2, 4, 9],
      [2, 4, 5],
      [1, 3, 9],
      [1, 3, Number.POSITIVE_INFINITY],
    ] as const) {
      const normal = normalDraws(`tag/${seed}`, 50 * m);
      const scales = studentScales(`tag/${seed}/student`, 50, degrees);
      expect(kept.normal(seed, m)).toEqual(normal);
      expect(kept.scales(seed, degrees)).toEqual(scales);
      expect(kept.student(seed, m, degrees)).toEqual(
        normal.map((value, at) => value * scales[Math.floor(at / m)]!),
      );
    }
    expect(kept.normal(1, 3)).toBe(kept.normal(1, 3));
  });
});
