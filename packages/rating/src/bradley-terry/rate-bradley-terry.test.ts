import { type Comparison, DEFAULT_RATING_SETTINGS, type RatingSettings, toColumns } from '@agon/domain';
import { student95 } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';

/** Wins of a, ties, wins of b. */
type Record3 = readonly [a: number, b: number, wins: number, ties: number, losses: number];
type Vote = readonly [a: number, b: number, points: number, weight?: number, rater?: number];

function fromRecords(records: readonly Record3[]): Comparison[] {
  return records.flatMap(([a, b, wins, ties, losses]) => [
    ...Array.from({ length: wins }, () => vote([a, b, 1])),
    ...Array.from({ length: ties }, () => vote([a, b, 0.5])),
    ...Array.from({ length: losses }, () => vote([a, b, 0])),
  ]);
}

function vote([a, b, points, weight, rater]: Vote): Comparison {
  return {
    modelA: `m${a}`,
    modelB: `m${b}`,
    outcome: points === 1 ? 'a' : points === 0 ? 'b' : 'tie',
    source: 'people',
    ...(weight === undefined ? {} : { weight }),
    ...(rater === undefined ? {} : { rater: `r${rater}` }),
  };
}

/** `clusters`: how many raters the error was learnt from; the interval is then Student's with one degree fewer. */
function fit(
  rows: readonly Comparison[],
  settings: Partial<RatingSettings> = {},
  clusters = Number.POSITIVE_INFINITY,
) {
  const reach = student95(clusters - 1);
  const models = [...new Set(rows.flatMap((row) => [row.modelA, row.modelB]))].sort();
  const result = fitRatings(toColumns(rows, models), { ...DEFAULT_RATING_SETTINGS, ...settings });
  const inOrder = models.map((name) => result.models.find((model) => model.model === name)!);
  return {
    result,
    elo: inOrder.map((model) => model.rating),
    se: inOrder.map((model) =>
      model.high === null || model.low === null ? null : (model.high - model.low) / (2 * reach),
    ),
  };
}

const G1: readonly Record3[] = [
  [0, 1, 2, 0, 3],
  [0, 3, 1, 0, 4],
  [1, 2, 5, 0, 3],
  [2, 3, 1, 0, 3],
];
const G3: readonly Record3[] = [
  [0, 1, 6, 3, 4],
  [0, 2, 5, 4, 2],
  [1, 2, 4, 5, 3],
];
const G4: readonly Vote[] = [
  [0, 1, 1, 2],
  [1, 0, 1, 1],
  [1, 2, 0.5, 1.5],
  [2, 0, 0, 0.5],
  [0, 2, 0, 1],
  [2, 1, 1, 3],
  [1, 2, 1, 1],
];
const G5: readonly Vote[] = [
  [0, 1, 1, 1, 0],
  [0, 2, 1, 1, 0],
  [1, 2, 1, 1, 0],
  [1, 0, 1, 1, 1],
  [2, 0, 0.5, 1, 1],
  [2, 1, 1, 1, 1],
  [0, 1, 1, 1, 2],
  [1, 2, 0, 1, 2],
  [2, 0, 0, 1, 2],
  [0, 1, 0, 1, 3],
  [1, 2, 1, 1, 3],
  [0, 2, 0.5, 1, 3],
];

describe('golden numbers, each by two independent implementations (Newton by hand, automatic differentiation)', () => {
  const half = fromRecords(G3);
  const clusterFactor = Math.sqrt(4 / 3);
  it.each<
    readonly [string, readonly Comparison[], Partial<RatingSettings>, readonly number[], readonly number[]]
  >([
    [
      'Wikipedia’s example, sandwich',
      fromRecords(G1),
      {},
      [922.4271469786697, 1007.3660811653474, 927.7676089023354, 1142.4391629536476],
      [94.56209147378989, 84.19318047203836, 91.7531029176302, 108.39468357002784],
    ],
    [
      'Wikipedia’s example, information alone',
      fromRecords(G1),
      { interval: 'fisher' },
      [922.4271469786697, 1007.3660811653474, 927.7676089023354, 1142.4391629536476],
      [95.20945175112614, 83.69384929414035, 90.40295278535663, 107.93826782439655],
    ],
    [
      'two models, 7 to 3: gap 400 log10(7/3), se K / sqrt(2.1) of the gap, half of it each',
      fromRecords([[0, 1, 7, 0, 3]]),
      {},
      [1073.595357058919, 926.404642941081],
      [59.938332914773085, 59.938332914773085],
    ],
    [
      'ties as halves, sandwich',
      half,
      {},
      [1050.019665549608, 991.806402797373, 958.1739316530189],
      [40.193308699498495, 38.432497370296666, 37.897338054068726],
    ],
    [
      'ties as halves, information alone',
      half,
      { interval: 'fisher' },
      [1050.019665549608, 991.806402797373, 958.1739316530189],
      [48.47914995360563, 46.77466971469216, 49.25067810656996],
    ],
    [
      'weighted votes',
      G4.map(vote),
      {},
      [1009.7659319548945, 919.960255278419, 1070.2738127666864],
      [118.71108396905748, 97.64401447155494, 100.40209572242155],
    ],
    [
      'independent votes',
      G5.map(vote),
      {},
      [1059.5863156724013, 1000, 940.4136843275986],
      [70.62000760114826, 85.53131796885563, 70.62000760114825],
    ],
    [
      'votes clustered by rater (the golden figures without C / (C − 1) = 4/3)',
      G5.map(vote),
      { cluster: 'rater' },
      [1059.5863156724013, 1000, 940.4136843275986],
      [
        92.92712883094885 * clusterFactor,
        84.32376053316474 * clusterFactor,
        69.80815449121695 * clusterFactor,
      ],
    ],
  ])('%s', (_name, rows, settings, elo, se) => {
    const fitted = fit(rows, settings, settings.cluster === 'rater' ? 4 : undefined);
    for (const [i, value] of elo.entries()) expect(Math.abs(fitted.elo[i]! - value)).toBeLessThan(1e-7);
    for (const [i, value] of se.entries()) expect(Math.abs(fitted.se[i]! - value)).toBeLessThan(1e-7);
    expect(fitted.result.fit.converged).toBe(true);
  });

  it('anchored to a model: its rating is fixed, and the others carry the error of the difference', () => {
    const fitted = fit(fromRecords(G1), { anchor: { model: 'm0', value: 1200 } });
    expect(fitted.elo[0]).toBe(1200);
    expect(fitted.se[0]).toBe(0);
    expect(Math.abs(fitted.elo[3]! - (1200 + 1142.4391629536476 - 922.4271469786697))).toBeLessThan(1e-7);
    expect(Math.abs(fitted.se[3]! - 155.0628813222901)).toBeLessThan(1e-7);
  });

  it('3 to 0 has no finite rating: null, and the warning names both', () => {
    const { result, elo } = fit(fromRecords([[0, 1, 3, 0, 0]]));
    expect(elo).toEqual([null, null]);
    expect(result.warnings.find((warning) => warning.code === 'separated')?.message).toContain('m0, m1');
    expect(result.comparisons).toEqual({ read: 3, used: 0, excluded: [{ reason: 'separated', count: 3 }] });
  });
});
