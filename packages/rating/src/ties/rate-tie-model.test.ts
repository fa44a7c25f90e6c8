import {
  type Comparison,
  DEFAULT_RATING_SETTINGS,
  type Outcome,
  type RatingSettings,
  toColumns,
} from '@agon/domain';
import { Z95 } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT } from '../elo-scale.ts';
import { fitRatings } from '../fit-ratings.ts';
import type { TieModel } from './tie-models.ts';

function record(a: number, b: number, wins: number, ties: number, losses: number): Comparison[] {
  const row = (outcome: Outcome): Comparison => ({
    modelA: `m${a}`,
    modelB: `m${b}`,
    outcome,
    source: 'people',
  });
  return [
    ...new Array<Comparison>(wins).fill(row('a')),
    ...new Array<Comparison>(ties).fill(row('tie')),
    ...new Array<Comparison>(losses).fill(row('b')),
  ];
}

function rate(rows: readonly Comparison[], over: Partial<RatingSettings>) {
  const names = [...new Set(rows.flatMap((row) => [row.modelA, row.modelB]))].sort();
  const result = fitRatings(toColumns(rows, names), { ...DEFAULT_RATING_SETTINGS, ...over });
  return {
    ...result,
    inOrder: names.map((name) => result.models.find(({ model }) => model === name)!),
  };
}

const G3 = [...record(0, 1, 6, 3, 4), ...record(0, 2, 5, 4, 2), ...record(1, 2, 4, 5, 3)];

describe('golden numbers, each by two independent implementations (Newton by hand, automatic differentiation)', () => {
  it.each([
    {
      method: 'davidson' as const,
      elo: [1076.1928579589176, 987.5196024541481, 936.2875395869345],
      eta: 0.03924885802584977,
      fisher: [60.66887319195013, 57.75702475901446, 61.36315725451277],
      sandwich: [62.27370617824576, 58.6457926584336, 58.17567550550387],
    },
    {
      method: 'rao-kupper' as const,
      elo: [1057.4877697393708, 988.2198702124555, 954.2923600481738],
      eta: 0.7226673964500703,
      fisher: [45.175119675315706, 43.12775086000962, 44.2325529031701],
      sandwich: [47.09303104254023, 44.249569877317256, 41.14374930140243],
    },
  ])('$method', ({ method, elo, eta, fisher, sandwich }) => {
    for (const [interval, errors] of [
      ['fisher', fisher],
      ['sandwich', sandwich],
    ] as const) {
      const { inOrder, tie } = rate(G3, { method, interval });
      inOrder.forEach((model, i) => {
        expect(Math.abs(model.rating! - elo[i]!)).toBeLessThan(1e-7);
        expect(Math.abs((model.high! - model.low!) / (2 * Z95) - errors[i]!)).toBeLessThan(1e-7);
      });
      expect(Math.abs(Math.log(tie!.value) - eta)).toBeLessThan(1e-9);
      expect(tie!.low!).toBeLessThan(tie!.value);
      expect(tie!.high!).toBeGreaterThan(tie!.value);
    }
  });

  it('two models: ν = T / √(W L), gap = ln(W / L), and Rao–Kupper by hand', () => {
    // Davidson's equations are met with every share equal to its probability: W : T : L = e^{d/2} : ν : e^{−d/2}
    const rows = record(0, 1, 8, 6, 2);
    const davidson = rate(rows, { method: 'davidson' });
    expect(davidson.tie!.value).toBeCloseTo(6 / Math.sqrt(16), 9);
    expect(davidson.inOrder[0]!.rating! - davidson.inOrder[1]!.rating!).toBeCloseTo(
      ELO_PER_LOGIT * Math.log(4),
      6,
    );
    // P(win) = 1/2 = σ(d − η), P(loss) = 1/8 = σ(−d − η): d − η = 0, d + η = ln 7
    const kupper = rate(rows, { method: 'rao-kupper' });
    expect(Math.log(kupper.tie!.value)).toBeCloseTo(Math.log(7) / 2, 9);
    expect(kupper.inOrder[0]!.rating! - kupper.inOrder[1]!.rating!).toBeCloseTo(
      (ELO_PER_LOGIT * Math.log(7)) / 2,
      6,
    );
  });
});

/** Coordinate ascent on the log-likelihood written vote by vote: slow, and obvious. */
function fitSlowly(rows: readonly Comparison[], model: TieModel): { gaps: number[]; eta: number } {
  const names = [...new Set(rows.flatMap((row) => [row.modelA, row.modelB]))].sort();
  const at = (name: string) => names.indexOf(name);
  const logistic = (x: number) => 1 / (1 + Math.exp(-x));
  const chance = (d: number, eta: number, outcome: Outcome): number => {
    if (model === 'davidson') {
      const sum = Math.exp(d / 2) + Math.exp(-d / 2) + Math.exp(eta);
      const part = outcome === 'a' ? Math.exp(d / 2) : outcome === 'b' ? Math.exp(-d / 2) : Math.exp(eta);
      return part / sum;
    }
    if (outcome === 'a') return logistic(d - eta);
    if (outcome === 'b') return logistic(-d - eta);
    return 1 - logistic(d - eta) - logistic(-d - eta);
  };
  // θ of the first model is 0; the last parameter is η
  const x = [...names.map(() => 0), 0.5];
  const value = (): number =>
    rows.reduce((sum, row) => {
      const p = chance(x[at(row.modelA)]! - x[at(row.modelB)]!, x[names.length]!, row.outcome);
      return sum + (p > 0 ? Math.log(p) : -1e9);
    }, 0);
  let step = 0.5;
  let best = value();
  while (step > 1e-10) {
    let improved = false;
    for (let k = 1; k <= names.length; k += 1) {
      for (const by of [step, -step]) {
        x[k]! += by;
        const next = value();
        if (next > best + 1e-13) {
          best = next;
          improved = true;
        } else x[k]! -= by;
      }
    }
    if (!improved) step /= 2;
  }
  const mean = x.slice(0, -1).reduce((sum, v) => sum + v, 0) / names.length;
  return { gaps: x.slice(0, -1).map((v) => v - mean), eta: x[names.length]! };
}

/** Three models, every outcome of every pair seen: both models then have a finite maximum. */
const votes = fc
  .array(
    fc.record({
      a: fc.integer({ min: 0, max: 2 }),
      shift: fc.integer({ min: 1, max: 2 }),
      outcome: fc.constantFrom<Outcome>('a', 'b', 'tie'),
      rater: fc.constantFrom('r0', 'r1', 'r2', 'r3'),
    }),
    { minLength: 4, maxLength: 30 },
  )
  .map((list): Comparison[] => [
    ...list.map(({ a, shift, outcome, rater }) => ({
      modelA: `m${a}`,
      modelB: `m${(a + shift) % 3}`,
      outcome,
      rater,
      source: 'people' as const,
    })),
    ...record(0, 1, 1, 1, 1),
    ...record(1, 2, 1, 1, 1),
  ]);

describe('laws of the tie models', () => {
  it.each(['davidson', 'rao-kupper'] as const)('%s agrees with the slow fit', (method) => {
    fc.assert(
      fc.property(votes, (rows) => {
        const slow = fitSlowly(rows, method);
        const { inOrder, tie } = rate(rows, { method, interval: 'none' });
        inOrder.forEach((model, i) => {
          expect(Math.abs((model.rating! - 1000) / ELO_PER_LOGIT - slow.gaps[i]!)).toBeLessThan(2e-4);
        });
        expect(Math.abs(Math.log(tie!.value) - slow.eta)).toBeLessThan(2e-4);
      }),
      { numRuns: 12 },
    );
  });

  it.each(['davidson', 'rao-kupper'] as const)(
    '%s: swapped slots change nothing; doubled votes shrink errors by √2',
    (method) => {
      fc.assert(
        fc.property(votes, (rows) => {
          const base = rate(rows, { method });
          const swap = (row: Comparison): Comparison => ({
            ...row,
            modelA: row.modelB,
            modelB: row.modelA,
            outcome: row.outcome === 'a' ? 'b' : row.outcome === 'b' ? 'a' : 'tie',
          });
          const turned = rate(rows.map(swap), { method });
          const twice = rate([...rows, ...rows], { method });
          const named = (list: readonly Comparison[]) =>
            list.map((row, i) => ({ ...row, rater: row.rater ?? `alone${i}` }));
          const alone = rate(named(rows), { method, cluster: 'rater' });
          const copied = rate([...named(rows), ...named(rows)], { method, cluster: 'rater' });
          base.inOrder.forEach((model, i) => {
            expect(Math.abs(turned.inOrder[i]!.rating! - model.rating!)).toBeLessThan(1e-6);
            expect(Math.abs(turned.inOrder[i]!.high! - model.high!)).toBeLessThan(1e-5);
            const half = model.high! - model.rating!;
            expect(twice.inOrder[i]!.high! - twice.inOrder[i]!.rating!).toBeCloseTo(half / Math.SQRT2, 5);
            expect(copied.inOrder[i]!.high!).toBeCloseTo(alone.inOrder[i]!.high!, 5);
          });
        }),
        { numRuns: 20 },
      );
    },
  );

  it.each(['davidson', 'rao-kupper'] as const)('%s: the bootstrap is as wide as the sandwich', (method) => {
    const rows = [...record(0, 1, 60, 30, 40), ...record(0, 2, 50, 40, 20), ...record(1, 2, 40, 50, 30)];
    const width = (over: Partial<RatingSettings>): number => {
      const { inOrder, tie } = rate(rows, { method, ...over });
      return inOrder.reduce((sum, model) => sum + model.high! - model.low!, tie!.high! - tie!.low!);
    };
    const sandwich = width({});
    for (const seed of [1, 2]) {
      expect(width({ interval: 'bootstrap', rounds: 1000, seed }) / sandwich).toBeGreaterThan(0.93);
      expect(width({ interval: 'bootstrap', rounds: 1000, seed }) / sandwich).toBeLessThan(1.07);
    }
    const spread = rows.map((row, i) => ({ ...row, rater: `r${i % 60}` }));
    const clustered = (interval: 'sandwich' | 'bootstrap'): number => {
      const { inOrder } = rate(spread, { method, interval, cluster: 'rater', rounds: 600 });
      return inOrder.reduce((sum, model) => sum + model.high! - model.low!, 0);
    };
    expect(clustered('bootstrap') / clustered('sandwich')).toBeGreaterThan(0.88);
    expect(clustered('bootstrap') / clustered('sandwich')).toBeLessThan(1.12);
  });
});

describe('what a tie model cannot fit, and says', () => {
  const codes = (rows: readonly Comparison[], over: Partial<RatingSettings> = {}): string[] =>
    rate(rows, { method: 'davidson', ...over }).warnings.map(({ code }) => code);

  it.each([
    [
      'no ties in one of two islands',
      [...record(0, 1, 20, 0, 20), ...record(5, 6, 0, 40, 0)],
      'No comparison here is a tie',
    ],
    ['only ties', record(0, 1, 0, 40, 0), 'Every comparison is a tie'],
    [
      'one order',
      [...record(0, 1, 0, 40, 0), ...record(1, 2, 0, 40, 0), ...record(0, 2, 40, 0, 0)],
      'one order',
    ],
  ])('%s', (_name, rows, sentence) => {
    for (const method of ['davidson', 'rao-kupper'] as const) {
      const { inOrder, warnings, fit, tie, comparisons } = rate(rows, { method });
      expect(inOrder.every(({ rating, low }) => rating === null && low === null)).toBe(true);
      expect(warnings.map(({ code }) => code)).toContain('tie_parameter_unbounded');
      expect(warnings.find(({ code }) => code === 'tie_parameter_unbounded')!.message).toContain(sentence);
      expect(fit.converged).toBe(false);
      expect(tie).toBeUndefined();
      expect(comparisons.used + comparisons.excluded.reduce((sum, { count }) => sum + count, 0)).toBe(
        rows.length,
      );
    }
  });

  it('without any tie is Bradley–Terry, and says so', () => {
    const rows = [...record(0, 1, 20, 0, 30), ...record(1, 2, 25, 0, 15)];
    for (const method of ['davidson', 'rao-kupper'] as const) {
      const result = rate(rows, { method });
      expect(result.models).toEqual(rate(rows, {}).models);
      expect(result.warnings.map(({ code }) => code)).toEqual(['no_ties']);
      expect(result.tie).toMatchObject({ value: method === 'davidson' ? 0 : 1, equalTieShare: 0 });
    }
  });

  it('separated models stay unrated, islands are rated apart', () => {
    expect(codes([...G3, ...record(3, 0, 30, 0, 0)])).toContain('separated');
    expect(codes([...G3, ...record(8, 9, 3, 3, 3)])).toContain('disconnected');
  });

  it('shares are said to be ignored, and ignored', () => {
    const finer = G3.map((row) => ({ ...row, shareA: row.outcome === 'a' ? 0.8 : 0.4 }));
    expect(codes(finer)).toContain('shares_ignored');
    expect(codes(G3.map((row) => ({ ...row })))).not.toContain('shares_ignored');
    expect(rate(finer, { method: 'davidson' }).inOrder).toEqual(rate(G3, { method: 'davidson' }).inOrder);
  });

  it('the tie switch and the method are one', () => {
    const asked = rate(G3, { ties: 'model' });
    expect([asked.method, asked.settings.method, asked.settings.ties]).toEqual([
      'davidson',
      'davidson',
      'model',
    ]);
    expect(asked.models).toEqual(rate(G3, { method: 'davidson' }).models);
    expect(() => rate(G3, { method: 'elo', ties: 'model' })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
    expect(() => rate(G3, { method: 'davidson', ties: 'drop' })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
