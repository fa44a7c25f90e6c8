import { DEFAULT_RATING_SETTINGS, type RatingResult, type RatingSettings } from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';
import { intervalOf, pickColumns, splitDrawn } from './bootstrap-ways.ts';

const MODELS = 6;

/** Votes of raters and on prompts that each have a taste of their own for each model. */
function drawVotes(length: number, crowd: number) {
  const random = seededRandom('bootstrap-ways');
  const tastes = normalDraws('bootstrap-ways/tastes', 2 * crowd * MODELS);
  const a = Int32Array.from({ length }, () => random.below(MODELS));
  const b = a.map((model) => (model + 1 + random.below(MODELS - 1)) % MODELS);
  const rater = a.map(() => random.below(crowd));
  const prompt = a.map(() => random.below(crowd));
  const worth = (at: number, model: number): number =>
    0.3 * model +
    0.7 * (tastes[rater[at]! * MODELS + model]! + tastes[(crowd + prompt[at]!) * MODELS + model]!);
  const outcome = Int8Array.from(a, (model, at) => {
    if (random.below(5) === 0) return 2;
    return random.next() < 1 / (1 + Math.exp(worth(at, b[at]!) - worth(at, model))) ? 0 : 1;
  });
  const names = Array.from({ length: MODELS }, (_, i) => `m${i}`);
  return { length, models: names, a, b, outcome, rater, prompt };
}

function widths(result: RatingResult): number[] {
  return result.models.map(({ low, high, winRateLow, winRateHigh }) =>
    low === null ? winRateHigh! - winRateLow! : high! - low,
  );
}

describe('bootstrap by rater and prompt', () => {
  const votes = drawVotes(1500, 60);
  const settings = (over: Partial<RatingSettings>): RatingSettings => ({
    ...DEFAULT_RATING_SETTINGS,
    cluster: 'rater,prompt',
    rounds: 400,
    ...over,
  });

  it.each([
    { method: 'bradley-terry' },
    { method: 'bradley-terry', reweight: 'pair' },
    { method: 'davidson' },
    { method: 'rao-kupper' },
    { method: 'win-rate' },
    { method: 'contextual', style: ['position'] },
  ] as const)('of $method is as wide as the sandwich', (over) => {
    const drawn = widths(fitRatings(votes, settings({ ...over, interval: 'bootstrap' })));
    const sandwich = widths(fitRatings(votes, settings({ ...over, interval: 'sandwich' })));
    const ratio = drawn.reduce((sum, width, i) => sum + width / sandwich[i]!, 0) / MODELS;
    // products of the two counts would give about 1.5
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.2);
  });

  it('of elo is wider than by rater alone, and finite', () => {
    const both = widths(fitRatings(votes, settings({ method: 'elo', interval: 'bootstrap' })));
    const one = widths(
      fitRatings(votes, settings({ method: 'elo', interval: 'bootstrap', cluster: 'rater' })),
    );
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / MODELS;
    expect(mean(both)).toBeGreaterThan(mean(one));
    expect(mean(both)).toBeLessThan(2 * mean(one));
  });

  it.each(['bradley-terry', 'davidson', 'contextual'] as const)(
    'of %s has no intervals where all votes are of one rater',
    (method) => {
      const own = { ...votes, rater: votes.rater.map(() => 3) };
      for (const cluster of ['rater', 'rater,prompt'] as const) {
        const result = fitRatings(
          own,
          settings({ method, cluster, interval: 'bootstrap', rounds: 20, style: ['position'] }),
        );
        expect(result.models.every(({ low, rating }) => low === null && rating !== null)).toBe(true);
        expect(result.warnings.map(({ code }) => code)).toContain('few_clusters');
      }
    },
  );
});

describe('rows of estimates', () => {
  const drawn = { theta: Float64Array.of(1, 2, 30, 3, 4, 50, 5, 6, 70), kept: 3, dropped: 0 };

  it('are split into ratings and other numbers', () => {
    expect(pickColumns(drawn, 3, [2, 0])).toEqual({
      theta: Float64Array.of(30, 1, 50, 3, 70, 5),
      kept: 3,
      dropped: 0,
    });
    const { intervals, others } = splitDrawn(
      Float64Array.of(3, 4),
      [50],
      drawn,
      -1,
      Number.POSITIVE_INFINITY,
    );
    expect([intervals.low![0], intervals.high![0]]).toEqual([1.1, 4.9]);
    expect(others).toEqual([[31, 69]]);
  });

  it('give no interval where most rounds are gone', () => {
    const few = { theta: Float64Array.of(1, 2), kept: 2, dropped: 8 };
    expect(intervalOf(1, few, 10)).toBeNull();
    expect(intervalOf(1, { rater: few, prompt: few, both: few }, 10)).toBeNull();
  });
});
