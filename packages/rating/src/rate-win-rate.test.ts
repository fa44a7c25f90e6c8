import {
  type Comparison,
  DEFAULT_RATING_SETTINGS,
  type Outcome,
  type RatingSettings,
  toColumns,
} from '@agon/domain';
import { sampleSd } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { fitRatings } from './fit-ratings.ts';

function verdict(
  modelA: string,
  outcome: Outcome,
  modelB: string,
  more: Partial<Comparison> = {},
): Comparison {
  return { modelA, modelB, outcome, source: 'judges', ...more };
}

function winRates(rows: readonly Comparison[], over: Partial<RatingSettings> = {}) {
  const result = fitRatings(toColumns(rows), {
    ...DEFAULT_RATING_SETTINGS,
    method: 'win-rate',
    baseline: 'base',
    ...over,
  });
  return { result, of: (name: string) => result.models.find(({ model }) => model === name)! };
}

const SHARES = [0.9, 0.8, 0.3, 0.5, 1];
const soft = SHARES.map((shareA, i) =>
  verdict('m', shareA > 0.5 ? 'a' : shareA < 0.5 ? 'b' : 'tie', 'base', { shareA, promptKey: `p${i}` }),
);

describe('win rate against a baseline', () => {
  it('is the mean share in per cent, its error sd (ddof 1) / √n, wins by the preferred side', () => {
    const { result, of } = winRates(soft);
    expect(of('m').winRate).toBeCloseTo(70, 10);
    expect(of('m').winRateSe).toBeCloseTo((100 * sampleSd(SHARES)!) / Math.sqrt(5), 10);
    expect(of('m')).toMatchObject({ comparisons: 5, wins: 3, losses: 1, ties: 1, rating: null, rank: 1 });
    expect(of('m').discreteWinRate).toBeCloseTo(70, 10);
    expect(of('base')).toMatchObject({ winRate: 50, winRateSe: 0, discreteWinRate: 50, rank: 2 });
    expect(result.fit.converged).toBe(true);
  });

  it('does not care which slot the baseline had', () => {
    const turned = soft.map((row) =>
      verdict('base', row.outcome === 'a' ? 'b' : row.outcome === 'b' ? 'a' : 'tie', 'm', {
        shareA: 1 - row.shareA!,
      }),
    );
    expect(winRates(turned).of('m').winRate).toBeCloseTo(winRates(soft).of('m').winRate!, 10);
    expect(winRates(turned).of('m').winRateSe).toBeCloseTo(winRates(soft).of('m').winRateSe!, 10);
  });

  it('leaves out what the baseline took no part in, and names who never met it', () => {
    const { result, of } = winRates([...soft, verdict('m', 'a', 'stranger'), verdict('stranger', 'a', 'm')]);
    expect(result.comparisons.excluded).toEqual([{ reason: 'without_baseline', count: 2 }]);
    expect(of('stranger')).toMatchObject({ winRate: null, rank: null });
    expect(result.warnings.find(({ code }) => code === 'without_baseline')?.message).toContain('stranger');
  });

  it('by clusters: two copies of each verdict on one prompt tell no more than one', () => {
    const twice = [...soft, ...soft];
    expect(winRates(twice, { cluster: 'prompt' }).of('m').winRateSe).toBeCloseTo(
      winRates(soft).of('m').winRateSe!,
      10,
    );
    expect(winRates(twice).of('m').winRateSe!).toBeLessThan(winRates(soft).of('m').winRateSe!);
  });

  it('counts the baseline’s rows against itself as its draws, as AlpacaEval prints them', () => {
    const itself = [verdict('base', 'tie', 'base'), verdict('base', 'tie', 'base')];
    const { result, of } = winRates([...soft, ...itself]);
    expect(of('base')).toMatchObject({ comparisons: 2, wins: 0, losses: 0, ties: 2, winRate: 50 });
    expect(of('m').winRate).toBeCloseTo(70, 10);
    expect(result.comparisons.used).toBe(5);
  });

  it('weights count', () => {
    const rows = [verdict('m', 'a', 'base', { weight: 3 }), verdict('m', 'b', 'base')];
    expect(winRates(rows).of('m').winRate).toBeCloseTo(75, 10);
    expect(winRates(rows).of('m').discreteWinRate).toBeCloseTo(50, 10);
  });

  it('nothing but wins: standard error 0, but the interval stays open below', () => {
    const rows = Array.from({ length: 10 }, () => verdict('m', 'a', 'base'));
    const { of } = winRates(rows);
    expect(of('m')).toMatchObject({ winRate: 100, winRateSe: 0, winRateHigh: 100 });
    // exact (Clopper–Pearson) lower limit: 0.025^(1/10)
    expect(of('m').winRateLow).toBeCloseTo(69.15, 2);
  });

  it('one verdict has no error to speak of', () => {
    expect(winRates([verdict('m', 'a', 'base')]).of('m')).toMatchObject({
      winRate: 100,
      winRateSe: null,
      winRateLow: null,
      winRateHigh: null,
      rankLow: null,
    });
  });

  it('has a bootstrap interval about as wide as the normal one', () => {
    const rows = Array.from({ length: 300 }, (_, i) => verdict('m', i % 3 === 0 ? 'b' : 'a', 'base'));
    const wide = (over: Partial<RatingSettings>) => {
      const row = winRates(rows, over).of('m');
      return row.winRateHigh! - row.winRateLow!;
    };
    expect(wide({ interval: 'bootstrap' }) / wide({})).toBeGreaterThan(0.9);
    expect(wide({ interval: 'bootstrap' }) / wide({})).toBeLessThan(1.1);
    expect(winRates(rows, { interval: 'none' }).of('m').winRateLow).toBeNull();
  });
});

describe('win rate against the panel of all others', () => {
  it('counts every comparison for both sides', () => {
    const rows = [
      verdict('m', 'a', 'n'),
      verdict('m', 'a', 'n'),
      verdict('n', 'tie', 'o'),
      verdict('o', 'b', 'm'),
    ];
    const { result, of } = winRates(rows, { baseline: null });
    expect(of('m').winRate).toBe(100);
    expect(of('n').winRate).toBeCloseTo(100 / 6, 10);
    expect(of('o').winRate).toBe(25);
    expect(result.models.map(({ model, rank }) => [model, rank])).toEqual([
      ['m', 1],
      ['o', 2],
      ['n', 3],
    ]);
    expect(result.warnings.map(({ code }) => code)).toContain('panel_dependent');
  });
});
