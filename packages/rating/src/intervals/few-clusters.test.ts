import {
  DEFAULT_RATING_SETTINGS,
  type RatingMethod,
  type RatingResult,
  type RatingSettings,
} from '@agon/domain';
import { normalDraws, seededRandom, student95, Z95 } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';
import { explainRatings } from '../insights/explain-ratings.ts';

const STRENGTHS = [0.6, 0.2, -0.2, -0.6];
const NAMES = STRENGTHS.map((_, model) => `m${model}`);

/** Votes of `raters` people, each with a taste of sd 0.6 logits for each model; no two on one prompt. */
function votesOf(raters: number, length: number, tag: string) {
  const random = seededRandom(`few/${tag}`);
  const taste = normalDraws(`few/${tag}/taste`, raters * STRENGTHS.length);
  const a = Int32Array.from({ length }, () => random.below(STRENGTHS.length));
  const b = a.map((model) => (model + 1 + random.below(STRENGTHS.length - 1)) % STRENGTHS.length);
  const rater = a.map((_, at) => at % raters);
  const worth = (at: number, model: number): number =>
    STRENGTHS[model]! + 0.6 * taste[rater[at]! * STRENGTHS.length + model]!;
  const outcome = Int8Array.from(a, (model, at) => {
    if (random.below(6) === 0) return 2;
    return Number(random.next() > 1 / (1 + Math.exp(worth(at, b[at]!) - worth(at, model))));
  });
  return { length, models: NAMES, a, b, outcome, rater, prompt: a.map((_, at) => at) };
}

const settings = (over: Partial<RatingSettings>): RatingSettings => ({
  ...DEFAULT_RATING_SETTINGS,
  cluster: 'rater',
  rounds: 200,
  ...over,
});
const ends = (result: RatingResult) =>
  result.models.map((row) => [row.low ?? row.winRateLow ?? null, row.high ?? row.winRateHigh ?? null]);
const codes = (result: RatingResult): string[] => result.warnings.map(({ code }) => code);

const CASES: readonly (readonly [RatingMethod, RatingSettings['interval'], Partial<RatingSettings>])[] = [
  ['bradley-terry', 'sandwich', {}],
  ['bradley-terry', 'bootstrap', {}],
  ['davidson', 'sandwich', {}],
  ['davidson', 'bootstrap', {}],
  ['rao-kupper', 'sandwich', {}],
  ['contextual', 'sandwich', { style: ['position'] }],
  ['contextual', 'bootstrap', { style: ['position'] }],
  ['elo', 'bootstrap', {}],
  ['win-rate', 'sandwich', {}],
  ['win-rate', 'bootstrap', {}],
  ['win-rate', 'sandwich', { baseline: 'm3' }],
  ['win-rate', 'bootstrap', { panel: ['m2', 'm3'] }],
];

describe('few raters', () => {
  it.each(CASES)(
    '%s, %s: seven are said to be few, of one there is no interval',
    (method, interval, more) => {
      const few = fitRatings(votesOf(7, 400, 'seven'), settings({ method, interval, ...more }));
      expect(codes(few).filter((code) => code === 'few_clusters')).toHaveLength(1);
      expect(ends(few).every(([low, high]) => low !== null && high !== null)).toBe(true);
      const one = fitRatings(votesOf(1, 400, 'one'), settings({ method, interval, ...more }));
      expect(codes(one)).toContain('few_clusters');
      const strangers = one.models.filter(({ model }) => model !== more?.baseline);
      expect(strangers.every(({ low, winRateLow }) => low === null && (winRateLow ?? null) === null)).toBe(
        true,
      );
      const many = fitRatings(votesOf(80, 400, 'eighty'), settings({ method, interval, ...more }));
      expect(codes(many)).not.toContain('few_clusters');
    },
  );

  it('says of few that Student’s t widens the intervals, and of one with too large a share that they may be too narrow', () => {
    const message = (votes: ReturnType<typeof votesOf>): string[] =>
      fitRatings(votes, settings({}))
        .warnings.filter(({ code }) => code === 'few_clusters')
        .map((warning) => warning.message);
    const alike = 'Intervals rest on 20 raters, the largest with 5 % of the comparisons. So few leave';
    expect(message(votesOf(20, 400, 'alike'))).toEqual([
      expect.stringMatching(`^${alike}.*Student’s t.*that\\.$`),
    ]);
    const many = votesOf(80, 400, 'busy');
    const busy = { ...many, rater: many.rater.map((rater, at) => (at % 5 === 0 ? 0 : rater)) };
    expect(message(busy)).toEqual([expect.stringMatching(/^Intervals rest on \d+ raters, .*too narrow\.$/)]);
    expect(message(busy)[0]).not.toContain('Student');
  });

  it.each([
    { method: 'elo', interval: 'sandwich' },
    { method: 'win-rate', interval: 'none' },
  ] as const)('nothing is said where nothing rests on them: $method, $interval', (over) => {
    expect(codes(fitRatings(votesOf(7, 400, 'seven'), settings(over)))).not.toContain('few_clusters');
  });

  it('of ten raters the intervals are Student’s, and hold the truth in 95 % of campaigns', () => {
    const endless = fitRatings(
      votesOf(20_000, 200_000, 'truth'),
      settings({ interval: 'none', cluster: 'none' }),
    );
    const truth = new Map(endless.models.map((row) => [row.model, row.rating!]));
    let [held, normal, of] = [0, 0, 0];
    for (let campaign = 0; campaign < 400; campaign += 1) {
      const { models } = fitRatings(votesOf(10, 300, `campaign-${campaign}`), settings({}));
      for (const { model, rating, low, high } of models) {
        const away = Math.abs(rating! - truth.get(model)!);
        held += Number(low! <= truth.get(model)! && truth.get(model)! <= high!);
        normal += Number(away <= ((high! - low!) / 2) * (Z95 / student95(9)));
        of += 1;
      }
    }
    // a standard error of some 0.7 points: ratings of one campaign go together
    expect(held / of).toBeGreaterThan(0.93);
    expect(held / of).toBeLessThan(0.97);
    expect(normal / of).toBeLessThan(0.93);
  });

  it.each(['rater', 'rater,prompt'] as const)(
    'by %s: chances, tiers and margins are those of the intervals',
    (cluster) => {
      const votes = {
        ...votesOf(9, 300, 'together'),
        prompt: votesOf(9, 300, 'together').a.map((_, at) => at % 23),
      };
      const insights = explainRatings(votes, settings({ cluster }))!;
      insights.planner.forEach(({ modelA, modelB, gap, margin, settled }, at) => {
        const from = fitRatings(votes, settings({ cluster, anchor: { model: modelB, value: 0 } }));
        const { rating, low } = from.models.find(({ model }) => model === modelA)!;
        expect(Math.abs(rating! - gap)).toBeLessThan(1e-6);
        expect(Math.abs(rating! - low! - margin)).toBeLessThan(1e-6);
        expect(settled).toBe(low! > 0);
        expect(insights.pairwise[at]![at + 1]! > 0.975).toBe(low! > 0);
      });
    },
  );
});
