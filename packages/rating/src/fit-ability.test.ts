import { describe, expect, it } from 'vitest';
import { type AbilityItems, fitAbility } from './fit-ability.ts';

const votes = [
  { i: 0, j: 1, points: 3.5, n: 6 },
  { i: 1, j: 2, points: 3, n: 5 },
  { i: 0, j: 2, points: 4.5, n: 6 },
];
const items: AbilityItems = [
  [1, 1, 0],
  [1, 0, 0],
  [1, 1, 1],
  [0, 1, 0],
  [1, 0, 1],
];
const options = { itemSd: 1.5, logDiscriminationSd: 0.5, gaugePrecision: 1e-3 };

describe('votes and items together', () => {
  it('golden numbers, by two independent implementations (Newton by hand, automatic differentiation)', () => {
    const fit = fitAbility(3, votes, items, options)!;
    const close = (found: ArrayLike<number>, expected: readonly number[]): void => {
      expected.forEach((value, k) => {
        expect(Math.abs(found[k]! - value)).toBeLessThan(1e-9);
      });
    };
    close(fit.theta, [0.943210694089312, 0.4014602439390883, -0.19391647185725916]);
    close(
      fit.difficulty,
      [
        -0.11709473940036795, 0.6850588582995623, -1.1436958304450444, 0.6850588582995624,
        -0.11709473940036799,
      ],
    );
    expect(Math.abs(fit.discrimination - 1.4023108791925496)).toBeLessThan(1e-9);
    expect(Math.abs(fit.logPosterior + 18.664926474212166)).toBeLessThan(1e-9);
  });

  it('items that nobody tried change nothing', () => {
    const fit = fitAbility(3, votes, items, options)!;
    const more = fitAbility(3, votes, [...items, [null, null, null]], options)!;
    fit.theta.forEach((value, i) => {
      expect(more.theta[i]!).toBeCloseTo(value, 9);
    });
    expect(more.difficulty[5]!).toBeCloseTo(0, 12);
  });

  it('all solved, all failed, and no votes at all stay finite', () => {
    const fit = fitAbility(
      2,
      [],
      [
        [1, 1],
        [0, 0],
        [1, 0],
      ],
      options,
    )!;
    expect([...fit.theta, ...fit.difficulty, fit.discrimination].every(Number.isFinite)).toBe(true);
    expect(fit.theta[0]!).toBeGreaterThan(fit.theta[1]!);
    expect(fit.difficulty[0]!).toBeLessThan(fit.difficulty[2]!);
    expect(fit.difficulty[1]!).toBeGreaterThan(fit.difficulty[2]!);
  });
});
