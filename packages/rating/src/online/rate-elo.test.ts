import {
  type Comparison,
  DEFAULT_RATING_SETTINGS,
  type Outcome,
  type RatingSettings,
  toColumns,
} from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';

function vote(modelA: string, outcome: Outcome, modelB: string, more: Partial<Comparison> = {}): Comparison {
  return { modelA, modelB, outcome, source: 'people', ...more };
}

function elo(rows: readonly Comparison[], over: Partial<RatingSettings> = {}) {
  const settings = { ...DEFAULT_RATING_SETTINGS, method: 'elo', interval: 'none', ...over } as const;
  const result = fitRatings(toColumns(rows), settings);
  return { result, rating: Object.fromEntries(result.models.map((model) => [model.model, model.rating!])) };
}

describe('online Elo', () => {
  it.each<readonly [string, readonly Comparison[], number, number]>([
    // 32 · (1 − 1/2)
    ['a win between equals', [vote('m', 'a', 'n')], 1016, 984],
    // then the favourite (gap 32) loses: 32 · (0 − 1/(1 + 10^(−32/400))) = −17.4696…
    ['a win, then a loss', [vote('m', 'a', 'n'), vote('m', 'b', 'n')], 998.530498, 1001.469502],
    ['a tie between equals', [vote('m', 'tie', 'n')], 1000, 1000],
    ['a win of half the weight', [vote('m', 'a', 'n', { weight: 0.5 })], 1008, 992],
    ['three quarters of the point', [vote('m', 'a', 'n', { shareA: 0.75 })], 1008, 992],
    ['a win in slot b', [vote('n', 'b', 'm')], 1016, 984],
  ])('%s', (_name, rows, m, n) => {
    const { rating } = elo(rows, { k: 32 });
    expect(rating.m).toBeCloseTo(m, 6);
    expect(rating.n).toBeCloseTo(n, 6);
  });

  it('depends on the order, and says so', () => {
    const rows = [vote('m', 'a', 'n'), vote('m', 'a', 'n'), vote('m', 'b', 'n')];
    const forward = elo(rows, { k: 32 });
    expect(forward.result.warnings[0]!.code).toBe('order_dependent');
    expect(elo(rows.toReversed(), { k: 32 }).rating.m).not.toBeCloseTo(forward.rating.m!, 3);
  });

  it('starts where it is told, and an anchor model shifts its group', () => {
    expect(elo([vote('m', 'a', 'n')], { k: 32, initial: 1500 }).rating).toEqual({ m: 1516, n: 1484 });
    expect(elo([vote('m', 'a', 'n')], { k: 32, anchor: { model: 'n', value: 1000 } }).rating).toEqual({
      m: 1032,
      n: 1000,
    });
    const apart = elo([vote('m', 'a', 'n'), vote('x', 'a', 'y')], {
      k: 32,
      anchor: { model: 'n', value: 1000 },
    });
    expect(apart.rating).toEqual({ m: 1032, n: 1000, x: 1016, y: 984 });
    expect(apart.result.warnings.map(({ code }) => code)).toContain('disconnected');
    expect(apart.result.models.map(({ rank }) => rank)).toEqual([1, 2, 1, 2]);
  });

  it('has a bootstrap interval, and says that it has no other', () => {
    const rows = Array.from({ length: 200 }, (_, i) => vote('m', i % 3 === 0 ? 'b' : 'a', 'n'));
    const { result } = elo(rows, { interval: 'bootstrap', rounds: 200 });
    const [first] = result.models;
    expect(first!.model).toBe('m');
    expect(first!.low!).toBeLessThan(first!.rating!);
    expect(first!.high!).toBeGreaterThan(first!.rating!);
    const sandwich = elo(rows, { interval: 'sandwich' }).result;
    expect(sandwich.warnings.map(({ code }) => code)).toContain('interval_not_available');
    expect(sandwich.models[0]!.low).toBeNull();
  });

  it('names models that the start still pulls at: a tenth of the way is left after as many comparisons as it says', () => {
    // a model some 14 points above all others, each of whom it meets once
    const [gap, k] = [400 * Math.log10(0.52 / 0.48), 4];
    const rows = Array.from({ length: 399 }, (_, i) => vote('m', 'a', `n${i}`, { shareA: 0.52 }));
    const { result, rating } = elo(rows, { k });
    const { message } = result.warnings.find(({ code }) => code === 'near_start')!;
    expect(message).toContain('some 399 comparisons');
    expect(message).toMatch(/: n0, n1/);
    expect((rating.m! - 1000) / gap).toBeCloseTo(0.9, 2);
    const [early] = elo(rows.slice(1), { k }).result.warnings.filter(({ code }) => code === 'near_start');
    expect(early!.message).toMatch(/: m, n1/);
  });

  it('refuses stakes that overflow', () => {
    const rows = [
      vote('m', 'a', 'n', { weight: 1e12 }),
      vote('m', 'a', 'o', { weight: 1e12 }),
      vote('n', 'b', 'o'),
    ];
    expect(() => elo(rows, { k: 1e307 })).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
