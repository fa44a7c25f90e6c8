import { type Comparison, DEFAULT_RATING_SETTINGS, type RatingSettings, toColumns } from '@agon/domain';
import { Z95 } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT, logistic } from '../elo-scale.ts';
import { fitRatings } from '../fit-ratings.ts';

function duel(a: string, b: string, wins: number, losses: number): Comparison[] {
  const row = (outcome: 'a' | 'b'): Comparison => ({ modelA: a, modelB: b, outcome, source: 'people' });
  return [...new Array<Comparison>(wins).fill(row('a')), ...new Array<Comparison>(losses).fill(row('b'))];
}

function rate(rows: readonly Comparison[], over: Partial<RatingSettings>) {
  return fitRatings(toColumns(rows), { ...DEFAULT_RATING_SETTINGS, ...over });
}

describe('a prior, by explicit choice', () => {
  it('three wins to none: ±196.5 Elo points, by two independent implementations', () => {
    const { models, warnings, comparisons } = rate(duel('m', 'n', 3, 0), { prior: 2 });
    expect(Math.abs(models[0]!.rating! - 1196.5222506510331)).toBeLessThan(1e-7);
    expect(Math.abs(models[1]!.rating! - 803.4777493489668)).toBeLessThan(1e-7);
    expect(warnings[0]).toMatchObject({ code: 'prior', message: expect.stringContaining('347 Elo points') });
    expect(warnings.map(({ code }) => code)).not.toContain('separated');
    expect(comparisons.used).toBe(3);
    // along (1, −1)/√2 the precision is 2h + 1/σ², and half of that variance falls to each model; h = 3 p (1 − p)
    const p = logistic(2 * 1.131273011976771);
    const se = ELO_PER_LOGIT * Math.sqrt(1 / (4 * 3 * p * (1 - p) + 2 / 4));
    expect((models[0]!.high! - models[0]!.low!) / (2 * Z95)).toBeCloseTo(se, 6);
  });

  it('without it there is none: the same data stay unrated', () => {
    const { models, warnings } = rate(duel('m', 'n', 3, 0), {});
    expect(models.every(({ rating }) => rating === null)).toBe(true);
    expect(warnings.map(({ code }) => code)).toEqual(['separated', 'few_comparisons']);
  });

  it('a wide prior is the maximum of the likelihood', () => {
    const rows = [...duel('m', 'n', 30, 20), ...duel('n', 'o', 25, 25), ...duel('m', 'o', 28, 22)];
    const plain = new Map(rate(rows, { interval: 'fisher' }).models.map((row) => [row.model, row]));
    for (const row of rate(rows, { prior: 1e4 }).models) {
      expect(row.rating!).toBeCloseTo(plain.get(row.model)!.rating!, 4);
      expect(row.high!).toBeCloseTo(plain.get(row.model)!.high!, 3);
    }
  });

  it.each([2, 30, 1000, 1e4])('of %d logits rates models of which each beats all below it', (prior) => {
    for (const [models, votes] of [
      [2, 1],
      [2, 100_000],
      [12, 100],
      [60, 2000],
    ] as const) {
      const name = (at: number) => `m${String(at).padStart(2, '0')}`;
      const rows = Array.from({ length: models * 5 }, (_, at): Comparison => {
        const better = at % (models - 1);
        const worse = better + 1 + (at % (models - better - 1));
        return {
          modelA: name(better),
          modelB: name(worse),
          outcome: 'a',
          source: 'people',
          weight: votes / (models * 5),
        };
      });
      const { fit, models: rated } = rate(rows, { prior });
      expect(fit.converged).toBe(true);
      expect(fit.iterations).toBeLessThan(60);
      expect(rated.every(({ rating, low, high }) => low! < rating! && rating! < high!)).toBe(true);
    }
  });

  it('islands stay apart', () => {
    const result = rate([...duel('a', 'b', 5, 0), ...duel('x', 'y', 0, 7)], { prior: 2 });
    expect(result.warnings.map(({ code }) => code)).toContain('disconnected');
    expect(result.models.map(({ rank }) => rank)).toEqual([1, 2, 1, 2]);
  });

  it('is refused where it has no meaning', () => {
    for (const over of [
      { prior: 0 },
      { prior: 1e5 },
      { prior: Number.NaN },
      { prior: 1, method: 'elo' as const },
    ]) {
      expect(() => rate(duel('m', 'n', 3, 1), over)).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      );
    }
  });
});
