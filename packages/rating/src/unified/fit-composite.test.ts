import { DEFAULT_RATING_SETTINGS } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';
import { type CompositeInput, fitComposite } from './fit-composite.ts';

/** Three models of nearly the same strength, 60 votes on as many prompts, or all on one. */
function votes(prompts: number) {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    a: i % 3,
    b: (i + 1) % 3,
    outcome: i % 7 < 4 ? 0 : 1,
  }));
  return fitRatings(
    {
      models: ['x', 'y', 'z'],
      length: rows.length,
      a: Int32Array.from(rows, ({ a }) => a),
      b: Int32Array.from(rows, ({ b }) => b),
      outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
      prompt: Int32Array.from(rows, (_, i) => i % prompts),
    },
    { ...DEFAULT_RATING_SETTINGS, cluster: 'prompt' },
  );
}
const input = (given: Partial<CompositeInput>): CompositeInput => ({
  models: ['x', 'y', 'z'],
  people: votes(60),
  judges: null,
  benchmarks: [],
  scores: [],
  weights: { people: 50, judges: 20, benchmarks: 30 },
  seed: 1,
  ...given,
});

describe('the composite', () => {
  it('is uncertain where its ratings are', () => {
    const { models } = fitComposite(input({}));
    for (const { score, low, high, pTop } of models) {
      expect(low!).toBeLessThan(score!);
      expect(high!).toBeGreaterThan(score!);
      expect(pTop!).toBeLessThan(1);
    }
    expect(models.reduce((sum, { pTop }) => sum + pTop!, 0)).toBeCloseTo(1, 12);
  });

  it('claims no certainty where the ratings have no interval', () => {
    const people = votes(1);
    expect(people.models.every(({ rating, low }) => rating !== null && low === null)).toBe(true);
    for (const model of fitComposite(input({ people })).models) {
      expect(model.score).not.toBeNull();
      expect(model.rank).not.toBeNull();
      expect(model).toMatchObject({ low: null, high: null, rankLow: null, rankHigh: null, pTop: null });
      expect(model.cells[0]).toMatchObject({ low: null, high: null });
    }
  });

  it('depends on what the weights are to each other and not on their size', () => {
    const weights = { people: 50, judges: 0, benchmarks: 30 };
    const tiny = { people: 50e-300, judges: 0, benchmarks: 30e-300 };
    const given = {
      benchmarks: [{ name: 'sums', chance: 0.25 }],
      scores: ['x', 'y', 'z'].map((model, i) => ({ model, benchmark: 'sums', score: 0.5 + i / 10, n: 100 })),
    };
    const [one, other] = [
      fitComposite(input({ ...given, weights })),
      fitComposite(input({ ...given, weights: tiny })),
    ];
    for (const [i, { score, low, high }] of one.models.entries()) {
      expect(other.models[i]!.score).toBeCloseTo(score!, 9);
      expect(other.models[i]!.low).toBeCloseTo(low!, 9);
      expect(other.models[i]!.high).toBeCloseTo(high!, 9);
    }
  });
});
