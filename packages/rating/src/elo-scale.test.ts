import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT, winProbability } from './elo-scale.ts';
import { upperBoundRanks } from './rank-sets.ts';
import { votesToSeparate } from './votes-to-separate.ts';

describe('small rules', () => {
  it('LMArena’s rank: one more than the models wholly above (golden G12)', () => {
    const intervals = [
      { low: 1090, high: 1110 },
      { low: 1075, high: 1095 },
      { low: 1048, high: 1072 },
      { low: 1029, high: 1089 },
    ];
    expect(upperBoundRanks(intervals)).toEqual([1, 1, 3, 2]);
  });

  it.each([
    // (1.959964 + 0.841621)² · 4 · (1 − t) · (K / gap)², rounded up; the research notes round 7.8489 to 7.85
    [5, 0.3, 26_529],
    [10, 0.3, 6_633],
    [20, 0.3, 1_659],
    [50, 0.3, 266],
    [400, 0, 6],
  ])('votes to see a gap of %d Elo with ties %d: %d', (gap, ties, votes) => {
    expect(votesToSeparate(gap, ties)).toBe(votes);
    expect(votesToSeparate(-gap, ties)).toBe(votes);
  });

  it('votes to see a gap: bounded, and none for no gap', () => {
    expect(votesToSeparate(1e-12, 0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(votesToSeparate(100, 1)).toBe(1);
    expect(votesToSeparate(20, 0.3, 0.9)).toBeGreaterThan(votesToSeparate(20, 0.3));
    expect(() => votesToSeparate(0, 0)).toThrow(RangeError);
  });

  it('win probability: half at no gap, 10/11 at 400, sums to one', () => {
    expect(winProbability(1000, 1000)).toBe(0.5);
    expect(winProbability(1400, 1000)).toBeCloseTo(10 / 11, 14);
    expect(winProbability(1234, 1000) + winProbability(1000, 1234)).toBeCloseTo(1, 14);
    expect(winProbability(1e9, 0)).toBe(1);
    expect(ELO_PER_LOGIT).toBeCloseTo(173.7177927613007, 10);
  });
});
