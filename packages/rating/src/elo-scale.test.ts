import { seededRandom, Z95 } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT, winProbability } from './elo-scale.ts';
import { votesToSeparate } from './insights/votes-to-separate.ts';
import { upperBoundRanks } from './intervals/rank-sets.ts';

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
    // (1.959964 + 0.841621)² (K / gap)² (p(1 − p) − t/4) / (p(1 − p))², rounded up
    [5, 0.3, 26_532],
    [10, 0.3, 6_636],
    [20, 0.3, 1_662],
    [50, 0.3, 269],
    [400, 0, 18],
    // no sooner than the gap at which an error is soonest known, 417 points
    [2000, 0, 18],
  ])('votes to see a gap of %d Elo with ties %d: %d', (gap, ties, votes) => {
    expect(votesToSeparate(gap, ties)).toBe(votes);
    expect(votesToSeparate(-gap, ties)).toBe(votes);
  });

  it('votes to see a gap: bounded, and none for no gap', () => {
    expect(votesToSeparate(1e-12, 0)).toBe(Number.MAX_SAFE_INTEGER);
    // at 100 points no more than 72 % can tie
    expect(votesToSeparate(100, 1)).toBe(votesToSeparate(100, 0.8));
    for (let gap = 10; gap < 900; gap += 10) {
      expect(votesToSeparate(gap + 10, 0.2)).toBeLessThanOrEqual(votesToSeparate(gap, 0.2));
    }
    expect(votesToSeparate(20, 0.3, 0.9)).toBeGreaterThan(votesToSeparate(20, 0.3));
    expect(() => votesToSeparate(0, 0)).toThrow(RangeError);
  });

  it.each([
    [30, 0.4],
    [60, 0],
    [60, 0.3],
    [150, 0.2],
    [250, 0],
    [400, 0],
  ])('as many votes as planned show a gap of %d points with ties %d four times in five', (gap, ties) => {
    const votes = votesToSeparate(gap, ties);
    const p = winProbability(gap, 0);
    const random = seededRandom(`power/${gap}/${ties}`);
    const campaigns = 2000;
    let shown = 0;
    for (let campaign = 0; campaign < campaigns; campaign += 1) {
      let [sum, squares] = [0, 0];
      for (let vote = 0; vote < votes; vote += 1) {
        const chance = random.next();
        const y = chance < p - ties / 2 ? 1 : chance < p + ties / 2 ? 0.5 : 0;
        sum += y;
        squares += y * y;
      }
      const mean = sum / votes;
      // the sandwich of two models, by hand
      const error = Math.sqrt((squares / votes - mean ** 2) / votes) / (mean * (1 - mean));
      shown += Number(Math.log(mean / (1 - mean)) > Z95 * error);
    }
    // three standard errors below, and not twice as many as needed
    expect(shown / campaigns).toBeGreaterThan(0.773);
    expect(shown / campaigns).toBeLessThan(0.92);
  });

  it('win probability: half at no gap, 10/11 at 400, sums to one', () => {
    expect(winProbability(1000, 1000)).toBe(0.5);
    expect(winProbability(1400, 1000)).toBeCloseTo(10 / 11, 14);
    expect(winProbability(1234, 1000) + winProbability(1000, 1234)).toBeCloseTo(1, 14);
    expect(winProbability(1e9, 0)).toBe(1);
    expect(ELO_PER_LOGIT).toBeCloseTo(173.7177927613007, 10);
  });
});
