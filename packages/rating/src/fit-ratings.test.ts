import {
  type Comparison,
  DEFAULT_RATING_SETTINGS,
  type Outcome,
  type RatingResult,
  type RatingSettings,
  toColumns,
} from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { winProbability } from './elo-scale.ts';
import { fitRatings } from './fit-ratings.ts';

function vote(modelA: string, outcome: Outcome, modelB: string, more: Partial<Comparison> = {}): Comparison {
  return { modelA, modelB, outcome, source: 'people', ...more };
}

function times(count: number, row: Comparison): Comparison[] {
  return new Array<Comparison>(count).fill(row);
}

/** `a` against `b` with `wins`, `losses` and `ties` from a's side. */
function duel(a: string, b: string, wins: number, losses: number, ties = 0): Comparison[] {
  return [
    ...times(wins, vote(a, 'a', b)),
    ...times(losses, vote(a, 'b', b)),
    ...times(ties, vote(a, 'tie', b)),
  ];
}

function rate(
  rows: readonly Comparison[],
  over: Partial<RatingSettings> = {},
  known: readonly string[] = [],
): RatingResult {
  return fitRatings(toColumns(rows, known), { ...DEFAULT_RATING_SETTINGS, ...over });
}

const codes = (result: RatingResult): string[] => result.warnings.map((warning) => warning.code);
const messageOf = (result: RatingResult, code: string): string =>
  result.warnings.find((warning) => warning.code === code)?.message ?? '';
const ratings = (result: RatingResult): Record<string, number | null> =>
  Object.fromEntries(result.models.map(({ model, rating }) => [model, rating]));

describe('what cannot be fitted', () => {
  it.each<readonly [string, () => unknown, string]>([
    ['no vote at all', () => rate([]), 'no_comparisons'],
    ['models, but no vote', () => rate([], {}, ['m', 'n']), 'no_comparisons'],
    ['one model, against itself', () => rate([vote('m', 'a', 'm')]), 'no_comparisons'],
    ['ties alone, dropped', () => rate(duel('m', 'n', 0, 0, 9), { ties: 'drop' }), 'no_comparisons'],
    ['weights of 0 alone', () => rate([vote('m', 'a', 'n', { weight: 0 })]), 'no_comparisons'],
    [
      'an anchor that is no model',
      () => rate(duel('m', 'n', 1, 1), { anchor: { model: 'x', value: 1000 } }),
      'unknown_model',
    ],
    [
      'a baseline that is no model',
      () => rate(duel('m', 'n', 1, 1), { method: 'win-rate', baseline: 'x' }),
      'unknown_model',
    ],
    [
      'a baseline that nobody met',
      () => rate(duel('m', 'n', 1, 1), { method: 'win-rate', baseline: 'x' }, ['x']),
      'no_comparisons',
    ],
    ['one bootstrap round', () => rate(duel('m', 'n', 1, 1), { rounds: 1 }), 'invalid_request'],
    ['k of 0', () => rate(duel('m', 'n', 1, 1), { method: 'elo', k: 0 }), 'invalid_request'],
    [
      'an anchor at no number',
      () => rate(duel('m', 'n', 1, 1), { anchor: { model: null, value: Number.NaN } }),
      'invalid_request',
    ],
  ])('%s: %o', (_name, run, code) => {
    expect(run).toThrow(expect.objectContaining({ code }));
  });

  it('counts what it leaves out by reason', () => {
    const rows = [
      ...duel('m', 'n', 3, 2, 4),
      vote('m', 'both_bad', 'n'),
      vote('m', 'a', 'm'),
      vote('m', 'a', 'n', { weight: 0 }),
      vote('m', 'a', 'n', { weight: -1 }),
      vote('m', 'a', 'n', { shareA: 1.5 }),
    ];
    const excluded = [
      { reason: 'same_model', count: 1 },
      { reason: 'zero_weight', count: 1 },
      { reason: 'invalid_weight', count: 1 },
      { reason: 'invalid_share', count: 1 },
    ];
    expect(rate(rows).comparisons).toEqual({ read: 14, used: 10, excluded });
    expect(rate(rows, { ties: 'drop' }).comparisons.excluded).toEqual([
      { reason: 'tie', count: 5 },
      ...excluded,
    ]);
    expect(rate(rows, { ties: 'drop', bothBad: 'drop' }).comparisons.excluded).toEqual([
      { reason: 'tie', count: 4 },
      { reason: 'both_bad', count: 1 },
      ...excluded,
    ]);
    expect(rate(rows, { bothBad: 'drop' }).comparisons.used).toBe(9);
  });
});

describe('what the graph of comparisons allows', () => {
  it('two islands: each on its own mean, both named', () => {
    const result = rate([...duel('a', 'b', 30, 10), ...duel('x', 'y', 20, 20), ...duel('y', 'z', 25, 15)]);
    expect(codes(result)).toEqual(['disconnected']);
    expect(messageOf(result, 'disconnected')).toContain('x, y, z | a, b');
    expect(result.fit.components).toEqual([
      ['x', 'y', 'z'],
      ['a', 'b'],
    ]);
    const { a, b, x, y, z } = ratings(result);
    expect(a! + b!).toBeCloseTo(2000, 6);
    expect(x! + y! + z!).toBeCloseTo(3000, 6);
    expect(a! - b!).toBeCloseTo(400 * Math.log10(3), 6);
    // ranks, too, only inside an island
    expect(
      result.models.map(({ model, rank, rankHigh }) => [model, rank, rankHigh! <= (model < 'c' ? 2 : 3)]),
    ).toEqual([
      ['x', 1, true],
      ['y', 1, true],
      ['z', 3, true],
      ['a', 1, true],
      ['b', 2, true],
    ]);
  });

  it('an anchor holds its own island, and the warning says so', () => {
    const result = rate([...duel('a', 'b', 30, 10), ...duel('x', 'y', 20, 20)], {
      anchor: { model: 'b', value: 1200 },
    });
    expect(codes(result)).toEqual(['disconnected', 'anchor_elsewhere']);
    expect(ratings(result).b).toBe(1200);
    expect(ratings(result).x! + ratings(result).y!).toBeCloseTo(2400, 6);
  });

  it('an undefeated and a winless model stay unrated; the others are rated without them', () => {
    const core = [...duel('m', 'n', 30, 20), ...duel('n', 'o', 20, 20)];
    const result = rate([...core, ...duel('best', 'm', 30, 0), ...duel('o', 'worst', 30, 0)]);
    expect(codes(result)).toEqual(['separated']);
    expect(messageOf(result, 'separated')).toContain('best, worst');
    expect(
      result.models
        .slice(3)
        .map(({ model, rating, rank, wins, losses }) => [model, rating, rank, wins, losses]),
    ).toEqual([
      ['best', null, null, 30, 0],
      ['worst', null, null, 0, 30],
    ]);
    expect(result.comparisons).toEqual({
      read: 150,
      used: 90,
      excluded: [{ reason: 'separated', count: 60 }],
    });
    const alone = ratings(rate(core));
    for (const name of ['m', 'n', 'o']) expect(ratings(result)[name]).toBeCloseTo(alone[name]!, 7);
  });

  it('two groups, one of which never lost to the other: the larger is rated', () => {
    const result = rate([
      ...duel('a', 'b', 20, 20),
      ...duel('b', 'c', 20, 20),
      ...duel('x', 'y', 20, 20),
      ...duel('a', 'x', 5, 0),
    ]);
    expect(messageOf(result, 'separated')).toContain('x, y');
    expect(Object.entries(ratings(result)).filter(([, rating]) => rating === null)).toHaveLength(2);
  });

  it('an anchor that cannot be rated is not silent', () => {
    const result = rate([...duel('m', 'n', 30, 20), ...duel('best', 'm', 30, 0)], {
      anchor: { model: 'best', value: 1500 },
    });
    expect(codes(result)).toEqual(['separated', 'anchor_unrated']);
    expect(ratings(result).m! + ratings(result).n!).toBeCloseTo(3000, 6);
  });

  it('a model without a vote is listed, unrated', () => {
    const result = rate(duel('m', 'n', 30, 20), {}, ['new']);
    expect(codes(result)).toEqual(['without_comparisons']);
    expect(result.models.at(-1)).toMatchObject({ model: 'new', rating: null, comparisons: 0 });
    expect(result.fit.components).toEqual([['m', 'n']]);
  });

  it('one vote each way: rated, with wide intervals, and called provisional', () => {
    const result = rate([...duel('m', 'n', 50, 40), ...duel('once', 'm', 1, 1)]);
    expect(messageOf(result, 'few_comparisons')).toMatch(/provisional/i);
    expect(messageOf(result, 'few_comparisons')).toContain('once');
    const once = result.models.find(({ model }) => model === 'once')!;
    // var of the difference to m is 1/(2·¼) in squared logits
    expect(once.high! - once.low!).toBeGreaterThan(400);
  });

  it('a tie and nothing else joins two models', () => {
    const result = rate([vote('m', 'tie', 'n')]);
    expect(ratings(result)).toEqual({ m: 1000, n: 1000 });
    expect(result.models.map(({ rank }) => rank)).toEqual([1, 1]);
    expect(codes(result)).toContain('no_variance');
  });

  it('all ties: everybody equal, all sharing the first place', () => {
    const result = rate([...duel('m', 'n', 0, 0, 40), ...duel('n', 'o', 0, 0, 40)]);
    expect(Object.values(ratings(result))).toEqual([1000, 1000, 1000]);
    expect(result.models.map(({ rank, rankLow, rankHigh }) => [rank, rankLow, rankHigh])).toEqual([
      [1, 1, 3],
      [1, 1, 3],
      [1, 1, 3],
    ]);
  });
});

describe('numbers at the edge', () => {
  it('a chain of 300 models, whose sum of gaps is known, is exact within 1e-6 Elo', () => {
    // neighbours only: the likelihood falls apart into pairs, each with gap 400 log10(wins / losses)
    const random = seededRandom('chain');
    const name = (i: number) => `m${String(i).padStart(3, '0')}`;
    const rows: Comparison[] = [];
    const expected = [0];
    for (let i = 1; i < 300; i += 1) {
      const [wins, losses] = [1 + random.below(60), 1 + random.below(60)];
      rows.push(...duel(name(i), name(i - 1), wins, losses));
      expected.push(expected[i - 1]! + 400 * Math.log10(wins / losses));
    }
    const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length;
    const result = rate(rows);
    for (const { model, rating } of result.models) {
      expect(Math.abs(rating! - (1000 + expected[Number(model.slice(1))]! - mean))).toBeLessThan(1e-6);
    }
    expect(result.fit.iterations).toBeLessThan(20);
  });

  it('a steep chain: 300 models, each beating the next 2,000 to 1', () => {
    const rows = Array.from({ length: 299 }, (_, i) => [
      vote(`m${i}`, 'a', `m${i + 1}`, { weight: 2000 }),
      vote(`m${i}`, 'b', `m${i + 1}`),
    ]).flat();
    const result = rate(rows);
    const { m0, m299 } = ratings(result);
    expect(Math.abs(m0! - m299! - 299 * 400 * Math.log10(2000))).toBeLessThan(1e-4);
  });

  it('a soft share pulls as far as it says: 0.75 is one gap of 400 log10(3)', () => {
    const { m, n } = ratings(rate(times(10, vote('m', 'a', 'n', { shareA: 0.75 }))));
    expect(m! - n!).toBeCloseTo(400 * Math.log10(3), 7);
  });

  it('ties as both-bad count as ties, or not at all', () => {
    const rows = [...duel('m', 'n', 30, 10), ...times(40, vote('m', 'both_bad', 'n'))];
    const gap = (over: Partial<RatingSettings>) => {
      const { m, n } = ratings(rate(rows, over));
      return m! - n!;
    };
    expect(gap({})).toBeCloseTo(400 * Math.log10(50 / 30), 7);
    expect(gap({ bothBad: 'drop' })).toBeCloseTo(400 * Math.log10(3), 7);
  });
});

describe('intervals', () => {
  const random = seededRandom('intervals');
  const rows = Array.from({ length: 3000 }, (): Comparison => {
    const a = random.below(6);
    const b = (a + 1 + random.below(5)) % 6;
    const draw = random.next();
    const won = 0.75 * winProbability(1000 + 50 * a, 1000 + 50 * b);
    return vote(`m${a}`, draw < won ? 'a' : draw < won + 0.25 ? 'tie' : 'b', `m${b}`, {
      rater: `r${random.below(120)}`,
      promptKey: `p${random.below(90)}`,
    });
  });
  const width = (over: Partial<RatingSettings>): number => {
    const { models } = rate(rows, over);
    return models.reduce((sum, { low, high }) => sum + high! - low!, 0) / models.length;
  };

  it('by bootstrap are as wide as the sandwich, whatever the clusters', () => {
    for (const cluster of ['none', 'rater', 'prompt'] as const) {
      const ratio = width({ cluster, interval: 'bootstrap', rounds: 1000 }) / width({ cluster });
      expect(ratio).toBeGreaterThan(0.95);
      expect(ratio).toBeLessThan(1.05);
    }
    // with both kinds the product of counts errs on the wide side where there is little to cluster
    const both = width({ cluster: 'rater,prompt', interval: 'bootstrap', rounds: 400 });
    expect(both).toBeGreaterThan(width({ cluster: 'rater,prompt' }));
    expect(both).toBeLessThan(2.2 * width({ cluster: 'none' }));
  });

  it('by bootstrap depend on the seed, and on nothing else', () => {
    const bootstrap = { interval: 'bootstrap', rounds: 100 } as const;
    expect(rate(rows, bootstrap)).toEqual(rate(rows, bootstrap));
    expect(rate(rows, { ...bootstrap, seed: 2 }).models[0]!.low).not.toBe(
      rate(rows, bootstrap).models[0]!.low,
    );
  });

  it('by weighted rows equal those by counts, in distribution', () => {
    // the same votes with a needless weight take the row-by-row path
    const weighted = rows.map((row, i) => (i === 0 ? { ...row, weight: 1.000001 } : row));
    const spread = (votes: readonly Comparison[]): number =>
      rate(votes, { interval: 'bootstrap', rounds: 1000 }).models.reduce(
        (sum, { low, high }) => sum + high! - low!,
        0,
      );
    expect(spread(weighted) / spread(rows)).toBeGreaterThan(0.96);
    expect(spread(weighted) / spread(rows)).toBeLessThan(1.04);
  });

  it('are narrower by information alone only where there are no ties to over-count', () => {
    expect(width({ interval: 'fisher' })).toBeGreaterThan(1.1 * width({}));
    const decided = rows.filter((row) => row.outcome !== 'tie');
    const { models } = rate(decided, { interval: 'fisher' });
    const robust = rate(decided).models;
    for (const [i, model] of models.entries()) {
      expect((model.high! - model.low!) / (robust[i]!.high! - robust[i]!.low!)).toBeCloseTo(1, 1);
    }
  });

  it('are wider where raters have tastes of their own', () => {
    // every rater repeats one vote ten times: ten times fewer facts
    const repeated = rows.slice(0, 300).flatMap((row, i) => times(10, { ...row, rater: `r${i}` }));
    const ends = (over: Partial<RatingSettings>): number => {
      const [best] = rate(repeated, over).models;
      return best!.high! - best!.low!;
    };
    expect(ends({ cluster: 'rater' }) / ends({})).toBeCloseTo(Math.sqrt(10), 1);
  });

  it('none asked for: none given', () => {
    for (const model of rate(rows, { interval: 'none' }).models) {
      expect(model).toMatchObject({ low: null, high: null, rankLow: null, rankHigh: null });
      expect(model.rating).not.toBeNull();
    }
  });

  it('few or unknown clusters are said', () => {
    const few = rows.map((row, i) => ({ ...row, rater: `r${i % 7}` }));
    expect(messageOf(rate(few, { cluster: 'rater' }), 'few_clusters')).toContain('7 raters');
    const one = rows.map((row) => ({ ...row, rater: 'r' }));
    const alone = rate(one, { cluster: 'rater' });
    expect(codes(alone)).toContain('few_clusters');
    expect(alone.models[0]!.low).toBeNull();
    const half = rows.map((row, i) => (i % 2 === 0 ? row : { ...row, rater: undefined }) as Comparison);
    expect(messageOf(rate(half, { cluster: 'rater' }), 'unknown_clusters')).toContain('1500 of 3000');
    expect(codes(rate(rows, { cluster: 'rater,prompt' }))).toEqual([]);
  });

  it('clusters that an interval has no use of are said', () => {
    for (const over of [{ interval: 'fisher' }, { prior: 1 }] as const) {
      expect(messageOf(rate(rows, { ...over, cluster: 'rater' }), 'clusters_not_used')).toContain('(rater)');
      expect(codes(rate(rows, over))).not.toContain('clusters_not_used');
    }
    for (const over of [{ interval: 'bootstrap', rounds: 20 }, { interval: 'none' }, {}] as const) {
      expect(codes(rate(rows, { ...over, cluster: 'rater' }))).not.toContain('clusters_not_used');
    }
  });

  it('the bootstrap says how many rounds it had to leave out', () => {
    const result = rate([...duel('m', 'n', 30, 20), ...duel('thin', 'm', 1, 1)], {
      interval: 'bootstrap',
      rounds: 200,
    });
    expect(messageOf(result, 'bootstrap_dropped')).toMatch(/^In \d+ of 200 bootstrap rounds/);
    const thin = rate(duel('m', 'n', 1, 1), { interval: 'bootstrap', rounds: 200 });
    expect(thin.models[0]).toMatchObject({ rating: 1000, low: null, high: null });
  });

  it('a two-way covariance that is none is clipped, and said', () => {
    // raters and prompts the same partition crossed against each other: subtracting the cells leaves a negative
    const square = [
      vote('m', 'a', 'n', { rater: 'r0', promptKey: 'p0' }),
      vote('m', 'b', 'n', { rater: 'r0', promptKey: 'p1' }),
      vote('m', 'b', 'n', { rater: 'r1', promptKey: 'p0' }),
      vote('m', 'a', 'n', { rater: 'r1', promptKey: 'p1' }),
    ];
    const result = rate(square, { cluster: 'rater,prompt' });
    expect(codes(result)).toContain('clipped_covariance');
    expect(result.models.every(({ low, high }) => low! <= high!)).toBe(true);
  });
});
