import {
  type Comparison,
  DEFAULT_RATING_SETTINGS,
  type Outcome,
  type RatingSettings,
  toColumns,
} from '@agon/domain';
import { sampleSd } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';

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
    expect(of('stranger')).toMatchObject({ winRate: null, rank: null, comparisons: 0, wins: 0, losses: 0 });
    expect(of('m')).toMatchObject({ comparisons: 5, wins: 3, losses: 1, ties: 1 });
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

describe('win rate against a panel', () => {
  const rows = [
    // against the strong: 1 of 4; against the weak: 2 of 2; of strangers nothing counts
    verdict('m', 'a', 'strong', { promptKey: 'p1' }),
    verdict('strong', 'a', 'm', { promptKey: 'p2' }),
    verdict('m', 'b', 'strong', { promptKey: 'p3' }),
    verdict('m', 'b', 'strong', { promptKey: 'p4' }),
    verdict('m', 'a', 'weak', { promptKey: 'p1' }),
    verdict('weak', 'b', 'm', { promptKey: 'p2' }),
    verdict('strong', 'a', 'weak'),
    verdict('m', 'a', 'n'),
    verdict('n', 'a', 'strong'),
  ];

  it('each of its models counts alike, however often it was met; by hand', () => {
    const { result, of } = winRates(rows, { baseline: null, panel: ['strong', 'weak'] });
    expect(of('m').winRate).toBeCloseTo((25 + 100) / 2, 10);
    expect(of('m').discreteWinRate).toBeCloseTo(62.5, 10);
    // half of the rate against the strong, whose deviations are ¾ and thrice ¼: Σ² = ¾, C / (C − 1) = 6 / 5
    expect(of('m').winRateSe).toBeCloseTo(100 * 0.5 * Math.sqrt((0.75 / 16) * (6 / 5)), 10);
    // 3 of 4 against m counts for nobody but m; the strong is measured by the weak
    expect(of('strong').winRate).toBe(100);
    expect(of('weak').winRate).toBe(0);
    expect(of('n').winRate).toBe(100);
    expect(result.comparisons.excluded).toEqual([{ reason: 'without_panel', count: 1 }]);
    const partial = result.warnings.find(({ code }) => code === 'panel_incomplete');
    expect(partial?.message).toContain('others: n.');
  });

  it('of one model is that baseline', () => {
    const [panel, baseline] = [
      winRates(rows, { baseline: null, panel: ['strong'] }),
      winRates(rows, { baseline: 'strong' }),
    ];
    for (const name of ['m', 'n', 'weak']) {
      expect(panel.of(name).winRate).toBeCloseTo(baseline.of(name).winRate!, 10);
      expect(panel.of(name).winRateSe ?? -1).toBeCloseTo(baseline.of(name).winRateSe ?? -1, 10);
    }
  });

  it('refuses a stranger, and a baseline beside it', () => {
    expect(() => winRates(rows, { baseline: null, panel: ['nobody'] })).toThrow('nobody');
    expect(() => winRates(rows, { baseline: 'strong', panel: ['weak'] })).toThrow('panel');
  });
});
