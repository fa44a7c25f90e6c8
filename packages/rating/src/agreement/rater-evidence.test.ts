import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { type ExpectedVote, HABITS, raterEvidence } from './rater-evidence.ts';

const draw = (p: readonly [number, number, number], u: number): 0 | 1 | 2 =>
  u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;

describe('evidence against a rater', () => {
  it('three votes by hand: uniform against (.5, .3, .2)', () => {
    const votes = ([2, 2, 0] as const).map(
      (outcome): ExpectedVote => ({ expected: [0.5, 0.3, 0.2], outcome }),
    );
    const uniform = { uniform: HABITS.uniform! };
    // (1/3)² / .2² after two votes is the peak; the third brings it to (1/3)³ / (.2 · .2 · .5) = 1.8518519
    expect(raterEvidence(votes, uniform)).toMatchObject({ after: 2, habit: 'uniform' });
    expect(raterEvidence(votes, uniform).evidence).toBeCloseTo(1 / 9 / 0.04, 9);
    expect(raterEvidence(votes, uniform).evidence * (1 / 3 / 0.5)).toBeCloseTo(1.8518519, 7);
  });

  it('rarely accuses the honest, and finds those who do not read', () => {
    const random = seededRandom('evidence');
    const flagged = (vote: (expected: readonly [number, number, number]) => 0 | 1 | 2): number => {
      let count = 0;
      for (let rater = 0; rater < 300; rater += 1) {
        const votes = Array.from({ length: 100 }, (): ExpectedVote => {
          const p = 0.15 + 0.55 * random.next();
          const expected = [p, 0.85 - p, 0.15] as const;
          return { expected, outcome: vote(expected) };
        });
        count += Number(raterEvidence(votes).evidence >= 100);
      }
      return count / 300;
    };
    // at most 1 % by Ville's inequality; 300 raters, four standard errors
    expect(flagged((expected) => draw(expected, random.next()))).toBeLessThan(0.033);
    expect(flagged(() => 0)).toBe(1);
    expect(flagged(([a, b, tie]) => draw([b, a, tie], random.next()))).toBeGreaterThan(0.7);
  });

  it('of no votes is 1', () => {
    expect(raterEvidence([])).toMatchObject({ evidence: 1, after: 0 });
  });
});
