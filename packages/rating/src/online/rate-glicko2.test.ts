import { type Comparison, DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { logistic } from '../elo-scale.ts';
import { fitRatings } from '../fit-ratings.ts';
import { updateGlicko } from './rate-glicko2.ts';

describe('Glicko-2', () => {
  it('Glickman’s worked example: 1500 becomes 1464.06, deviation 151.52, volatility 0.05999', () => {
    const on = (rating: number, deviation: number) => ({
      mu: (rating - 1500) / 173.7178,
      phi: deviation / 173.7178,
      sigma: 0.06,
    });
    const updated = updateGlicko(on(1500, 200), [
      { opponent: on(1400, 30), points: 1 },
      { opponent: on(1550, 100), points: 0 },
      { opponent: on(1700, 300), points: 0 },
    ]);
    expect(1500 + 173.7178 * updated.mu).toBeCloseTo(1464.06, 1);
    expect(173.7178 * updated.phi).toBeCloseTo(151.52, 1);
    expect(updated.sigma).toBeCloseTo(0.05999, 4);
  });

  it('a period without a battle only widens the deviation', () => {
    expect(updateGlicko({ mu: 0.3, phi: 0.4, sigma: 0.3 }, [])).toEqual({ mu: 0.3, phi: 0.5, sigma: 0.3 });
  });

  it('orders models by strength, says that order matters, and stays finite after a million alike', () => {
    const random = seededRandom('glicko');
    const rows = Array.from({ length: 3000 }, (): Comparison => {
      const a = random.below(4);
      const b = (a + 1 + random.below(3)) % 4;
      return {
        modelA: `m${a}`,
        modelB: `m${b}`,
        outcome: random.next() < logistic(0.7 * (b - a)) ? 'a' : 'b',
        source: 'people',
      };
    });
    const settings = { ...DEFAULT_RATING_SETTINGS, method: 'glicko2' } as const;
    const result = fitRatings(toColumns(rows), settings);
    expect(result.models.map(({ model }) => model)).toEqual(['m0', 'm1', 'm2', 'm3']);
    expect(result.warnings.map(({ code }) => code)).toContain('order_dependent');
    const alike = new Array<Comparison>(20_000).fill({
      modelA: 'x',
      modelB: 'y',
      outcome: 'a',
      source: 'people',
    });
    const one = fitRatings(toColumns(alike), settings);
    expect(one.models.every(({ rating, low, high }) => [rating, low, high].every(Number.isFinite))).toBe(
      true,
    );
    expect(one.models[0]!.model).toBe('x');
  });
});
