import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve } from './area-under-curve.ts';

describe('areaUnderCurve', () => {
  // pairs counted by hand
  it.each([
    [[0.9, 0.8, 0.3, 0.1], [true, true, false, false], 1],
    [[0.9, 0.2, 0.3, 0.1], [true, true, false, false], 3 / 4],
    [[0.5, 0.5], [true, false], 1 / 2],
    [[0.1, 0.9], [true, false], 0],
  ])('%j, %j: %f', (scores, positive, area) => {
    expect(areaUnderCurve(scores, positive)).toBe(area);
  });

  it('needs both kinds', () => {
    expect(areaUnderCurve([1, 2], [true, true])).toBeNull();
    expect(areaUnderCurve([], [])).toBeNull();
  });

  it('is the share of pairs, whatever the weights', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean(), fc.integer({ min: 0, max: 3 })), {
          minLength: 1,
          maxLength: 20,
        }),
        (cases) => {
          let [won, all] = [0, 0];
          for (const [score, positive, weight] of cases) {
            for (const [other, otherPositive, times] of cases) {
              if (!positive || otherPositive) continue;
              all += weight * times;
              won += weight * times * (score > other ? 1 : score === other ? 0.5 : 0);
            }
          }
          const area = areaUnderCurve(
            cases.map(([score]) => score),
            cases.map(([, positive]) => positive),
            cases.map(([, , weight]) => weight),
          );
          if (all === 0) expect(area).toBeNull();
          else expect(area).toBeCloseTo(won / all, 9);
        },
      ),
    );
  });

  it('tells nothing of scores that are no numbers', () => {
    expect(areaUnderCurve([0.2, Number.NaN, 0.9], [false, true, true])).toBeNull();
  });
});
