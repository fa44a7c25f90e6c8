import { type Comparison, DEFAULT_RATING_SETTINGS, type Outcome, toColumns } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { pairCounts } from './pair-counts.ts';

function vote(modelA: string, outcome: Outcome, modelB: string, weight = 1): Comparison {
  return { modelA, modelB, outcome, weight, source: 'people' };
}

describe('head to head', () => {
  it('tells each pair from one side, slots put right', () => {
    const rows = [
      vote('m', 'a', 'n'),
      vote('n', 'a', 'm', 2),
      vote('n', 'both_bad', 'm'),
      vote('o', 'b', 'n'),
    ];
    expect(pairCounts(toColumns(rows), DEFAULT_RATING_SETTINGS)).toEqual([
      { modelA: 'm', modelB: 'n', wins: 1, ties: 1, losses: 2 },
      { modelA: 'n', modelB: 'o', wins: 1, ties: 0, losses: 0 },
    ]);
    expect(pairCounts(toColumns(rows), { ...DEFAULT_RATING_SETTINGS, bothBad: 'drop' })[0]!.ties).toBe(0);
    expect(pairCounts(toColumns([]), DEFAULT_RATING_SETTINGS)).toEqual([]);
  });
});
