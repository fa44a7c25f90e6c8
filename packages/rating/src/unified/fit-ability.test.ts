import { describe, expect, it } from 'vitest';
import { type AbilityObservation, fitAbility } from './fit-ability.ts';

/** Item by model: solved (1), not (0), or not tried (null). */
type AbilityItems = readonly (readonly (0 | 1 | null)[])[];
type Votes = readonly {
  readonly i: number;
  readonly j: number;
  readonly points: number;
  readonly n: number;
}[];

/** Votes of people, and the items of one benchmark. */
function fit(models: number, rows: Votes, solved: AbilityItems) {
  const observations: AbilityObservation[] = [
    ...rows.map(({ i, j, points, n }) => ({ model: i, opponent: j, source: -1, points, n })),
    ...solved.flatMap((row, k) =>
      row.flatMap((points, model) =>
        points === null ? [] : [{ model, opponent: models + k, source: 0, points, n: 1 }],
      ),
    ),
  ];
  return fitAbility({ models, items: solved.length, sources: 1 }, observations, options)!;
}

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
const options = {
  abilitySd: Number.POSITIVE_INFINITY,
  itemSd: 1.5,
  logDiscriminationSd: 0.5,
  gaugePrecision: 1e-3,
};

describe('votes and items together', () => {
  it('golden numbers, by two independent implementations (Newton by hand, automatic differentiation)', () => {
    const found = fit(3, votes, items);
    const close = (values: ArrayLike<number>, expected: readonly number[]): void => {
      expected.forEach((value, k) => {
        expect(Math.abs(values[k]! - value)).toBeLessThan(1e-9);
      });
    };
    close(found.theta, [0.943210694089312, 0.4014602439390883, -0.19391647185725916]);
    close(
      found.difficulty,
      [
        -0.11709473940036795, 0.6850588582995623, -1.1436958304450444, 0.6850588582995624,
        -0.11709473940036799,
      ],
    );
    expect(Math.abs(found.discrimination[0]! - 1.4023108791925496)).toBeLessThan(1e-9);
    expect(Math.abs(found.logPosterior + 18.664926474212166)).toBeLessThan(1e-9);
  });

  it('items that nobody tried change nothing', () => {
    const found = fit(3, votes, items);
    const more = fit(3, votes, [...items, [null, null, null]]);
    found.theta.forEach((value, i) => {
      expect(more.theta[i]!).toBeCloseTo(value, 9);
    });
    expect(more.difficulty[5]!).toBeCloseTo(0, 12);
  });

  it('all solved, all failed, and no votes at all stay finite', () => {
    const found = fit(
      2,
      [],
      [
        [1, 1],
        [0, 0],
        [1, 0],
      ],
    );
    const { theta, difficulty, discrimination } = found;
    expect([...theta, ...difficulty, ...discrimination].every(Number.isFinite)).toBe(true);
    expect(theta[0]!).toBeGreaterThan(theta[1]!);
    expect(difficulty[0]!).toBeLessThan(difficulty[2]!);
    expect(difficulty[1]!).toBeGreaterThan(difficulty[2]!);
  });
});
