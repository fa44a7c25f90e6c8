import { describe, expect, it } from 'vitest';
import { COVERED_MODELS, coverageOf } from './coverage.ts';

const pair = (model_a: string, model_b: string, votes: number) => ({ model_a, model_b, votes, issued: 0 });

describe('how votes lie on pairs', () => {
  it('three models, whichever of two is named first', () => {
    expect(coverageOf([pair('b', 'a', 5), pair('b', 'c', 2), pair('a', 'b', 1)])).toEqual({
      models: 3,
      pairs: 3,
      never: 1,
      thinnest: { a: 'a', b: 'c', votes: 0 },
      names: ['a', 'b', 'c'],
      votes: [[], [6], [0, 2]],
      most: 6,
    });
  });

  it('nothing', () => {
    expect(coverageOf([])).toMatchObject({ models: 0, pairs: 0, never: 0, thinnest: null, names: [] });
  });

  it('of many models the matrix has those with the fewest votes', () => {
    const name = (i: number) => `m${String(i).padStart(3, '0')}`;
    const many = Array.from({ length: 300 }, (_, i) => pair(name(i), name((i + 1) % 300), i < 50 ? 9 : 1));
    const coverage = coverageOf(many);
    expect(coverage).toMatchObject({ models: 300, pairs: 44_850, never: 44_550 });
    expect(coverage.names).toHaveLength(COVERED_MODELS);
    expect(coverage.names.every((each) => each > name(50))).toBe(true);
    expect(coverage.names).toEqual([...coverage.names].sort());
    expect(coverage.votes[1]).toEqual([1]);
  });
});
