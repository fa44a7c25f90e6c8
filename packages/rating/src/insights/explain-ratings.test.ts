import { type Comparison, DEFAULT_RATING_SETTINGS, type RatingSettings, toColumns } from '@agon/domain';
import { normalCdf, seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { logistic } from '../elo-scale.ts';
import { fitRatings } from '../fit-ratings.ts';
import { explainRatings } from './explain-ratings.ts';

const vote = (a: string, b: string, outcome: Comparison['outcome']): Comparison => ({
  modelA: a,
  modelB: b,
  outcome,
  source: 'people',
});
const duel = (a: string, b: string, wins: number, losses: number, ties = 0): Comparison[] => [
  ...new Array<Comparison>(wins).fill(vote(a, b, 'a')),
  ...new Array<Comparison>(losses).fill(vote(a, b, 'b')),
  ...new Array<Comparison>(ties).fill(vote(a, b, 'tie')),
];
const explain = (rows: readonly Comparison[], over: Partial<RatingSettings> = {}) =>
  explainRatings(toColumns(rows), { ...DEFAULT_RATING_SETTINGS, ...over });

function simulate(tag: string, truth: readonly number[], n: number): Comparison[] {
  const random = seededRandom(tag);
  return Array.from({ length: n }, () => {
    const a = random.below(truth.length);
    const b = (a + 1 + random.below(truth.length - 1)) % truth.length;
    return vote(`m${a}`, `m${b}`, random.next() < logistic(truth[a]! - truth[b]!) ? 'a' : 'b');
  });
}

describe('what the covariance says', () => {
  it('two models, by hand: ln(7/3) with variance 1/(10 · 0.21)', () => {
    const insights = explain(duel('x', 'y', 7, 3))!;
    const p = normalCdf(Math.log(7 / 3) / Math.sqrt(1 / 2.1));
    expect(insights.models).toEqual(['x', 'y']);
    expect(insights.pairwise[0]![1]!).toBeCloseTo(p, 9);
    expect(insights.pairwise[1]![0]!).toBeCloseTo(1 - p, 9);
    expect(insights.pairwise[0]![0]).toBeNull();
    expect(Math.abs(insights.pFirst[0]! - p)).toBeLessThan(0.02);
    expect(insights.tiers).toEqual([1, 1]);
    // 7 : 3 becomes 3 : 3 after four votes
    expect(insights.flip).toMatchObject({ leader: 'x', challenger: 'y', votes: 4, of: 10 });
    expect(insights.planner[0]).toMatchObject({ modelA: 'x', modelB: 'y', settled: false });
    // two models: the eleventh vote takes an eleventh of the variance away
    expect(insights.ask).toHaveLength(1);
    expect(insights.ask[0]).toMatchObject({ modelA: 'x', modelB: 'y' });
    expect(insights.ask[0]!.gain).toBeCloseTo(1 / 11, 9);
    expect(insights.planner[0]!.gap).toBeCloseTo(400 * Math.log10(7 / 3), 6);
    expect(insights.planner[0]!.votes).toBe(
      Math.ceil(((1.959963984540054 + 0.8416212335729143) / Math.log(7 / 3)) ** 2 / 0.21),
    );
  });

  it('flips are verified: without these many votes the order turns, and brute force needs no fewer', () => {
    const rows = simulate('flip', [0.3, 0.2, 0, -0.5], 240);
    const { flip, models } = explain(rows)!;
    expect(flip!.gapAfter).toBeLessThanOrEqual(0);
    expect(flip!.votes).toBeGreaterThan(0);
    expect(flip!.leader).toBe(models[0]);
    // greedy by full refits, vote by vote: slow, and obvious
    const gapOf = (list: readonly Comparison[]): number => {
      const ratings = new Map(
        fitRatings(toColumns(list), { ...DEFAULT_RATING_SETTINGS, interval: 'none' }).models.map((row) => [
          row.model,
          row.rating!,
        ]),
      );
      return ratings.get(flip!.leader)! - ratings.get(flip!.challenger)!;
    };
    let list = [...rows];
    let removed = 0;
    while (gapOf(list) > 0) {
      const kinds = new Map(list.map((row, i) => [`${row.modelA}|${row.modelB}|${row.outcome}`, i]));
      const best = [...kinds.values()]
        .map((i) => ({ i, gap: gapOf(list.toSpliced(i, 1)) }))
        .sort((x, y) => x.gap - y.gap)[0]!;
      list = list.toSpliced(best.i, 1);
      removed += 1;
    }
    expect(flip!.votes).toBeLessThanOrEqual(removed + 1);
    expect(flip!.votes).toBeGreaterThanOrEqual(removed - 1);
  });

  it('chances, tiers and the plan hold together', () => {
    const insights = explain(simulate('tiers', [1.5, 1.45, 0, -0.1, -1.5], 3000))!;
    const n = insights.models.length;
    insights.pairwise.forEach((row, i) => {
      row.forEach((p, j) => {
        if (p === null) return;
        expect(p + insights.pairwise[j]![i]!).toBeCloseTo(1, 9);
        if (i < j) expect(p).toBeGreaterThanOrEqual(0.5);
      });
    });
    expect(insights.pFirst.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
    expect(insights.tiers[0]).toBe(1);
    expect(insights.tiers).toEqual(insights.tiers.toSorted((x, y) => x - y));
    expect(insights.tiers[n - 1]).toBe(3);
    expect(insights.planner).toHaveLength(n - 1);
    for (const { settled, gap, margin } of insights.planner) expect(settled).toBe(gap > margin);
    const rated = fitRatings(
      toColumns(simulate('tiers', [1.5, 1.45, 0, -0.1, -1.5], 3000)),
      DEFAULT_RATING_SETTINGS,
    );
    expect(insights.models).toEqual(rated.models.map(({ model }) => model));
  });

  it('a chance of 97.5 % is a gap of 1.96 errors: where tiers part', () => {
    const insights = explain(simulate('level', [0.35, 0, 0], 900))!;
    insights.models.forEach((_, j) => {
      if (j === 0) return;
      expect(insights.tiers[j]! > 1).toBe(insights.pairwise[0]![j]! > 0.975);
    });
  });

  it('clusters widen what is not sure', () => {
    const rows = simulate('clusters', [0.3, 0, -0.3], 400).map((row, i) => ({ ...row, rater: `r${i % 4}` }));
    expect(explain(rows, { cluster: 'rater' })).not.toBeNull();
    expect(
      explain(
        rows.map((row) => ({ ...row, rater: 'one' })),
        { cluster: 'rater' },
      ),
    ).toBeNull();
  });

  it('every group is explained as if it stood alone, the largest first', () => {
    const large = simulate('large', [0.8, 0.2, 0, -0.6], 400);
    const small = duel('x', 'y', 7, 3);
    const insights = explain([...small, ...large])!;
    const { others, ...largest } = insights;
    expect(others).toHaveLength(1);
    expect({ ...largest, others: [] }).toEqual(explain(large));
    expect({ ...others[0]!, others: [] }).toEqual(explain(small));
    // one that cannot be rated, and one voter alone, hide no other group
    const alone = duel('p', 'q', 2, 1).map((row) => ({ ...row, rater: 'one' }));
    const many = large.map((row, i) => ({ ...row, rater: `r${i % 40}` }));
    const told = explain([...duel('s', 't', 4, 0), ...alone, ...many], { cluster: 'rater' })!;
    expect(told.models).toEqual(insights.models);
    expect(told.others).toEqual([]);
  });

  it('a pair worth a vote has the plan of a neighbour', () => {
    const { ask, planner, models } = explain(simulate('ask', [1, 0.4, 0, -0.5], 300))!;
    const of = (a: string, b: string) => planner.find(({ modelA, modelB }) => modelA === a && modelB === b);
    const places = new Map(models.map((model, i) => [model, i]));
    expect(ask).toHaveLength(6);
    for (const { gain, information, ...pair } of ask) {
      expect(pair.gap).toBeGreaterThan(0);
      expect(gain).toBeGreaterThan(0);
      expect(information).toBeGreaterThan(0);
      if (places.get(pair.modelB)! - places.get(pair.modelA)! === 1)
        expect(pair).toEqual(of(pair.modelA, pair.modelB));
    }
  });

  it('nothing can be told of nothing', () => {
    expect(explain(duel('x', 'y', 5, 0))).toBeNull();
    expect(explain(duel('x', 'y', 5, 2), { method: 'elo' })).toBeNull();
    expect(() => explain([])).toThrow(expect.objectContaining({ code: 'no_comparisons' }));
    // all ties: level, without error, and no number of votes would part them
    const level = explain(duel('x', 'y', 0, 0, 9))!;
    expect(level.pairwise[0]![1]).toBe(0.5);
    expect(level.pFirst).toEqual([0.5, 0.5]);
    expect(level.planner[0]).toMatchObject({ votes: null, settled: false });
    expect(level.flip).toMatchObject({ votes: 0 });
    // weighted votes cannot be counted
    expect(explain(duel('x', 'y', 5, 2).map((row) => ({ ...row, weight: 2 })))!.flip).toBeNull();
  });
});
