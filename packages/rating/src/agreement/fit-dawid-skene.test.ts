import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { fitDawidSkene, type RaterLabel } from './fit-dawid-skene.ts';

describe('Dawid and Skene', () => {
  it('finds who can be trusted, and does better than the majority', () => {
    const random = seededRandom('dawid-skene');
    const trust = [0.95, 0.9, 0.5, 0.5, 0.5];
    const truth = Array.from({ length: 400 }, () => random.below(2));
    const labels = truth.flatMap((label, item) =>
      trust.map((p, rater): RaterLabel => ({ item, rater, label: random.next() < p ? label : 1 - label })),
    );
    const fit = fitDawidSkene(labels, 400, 5, 2);
    trust.forEach((p, rater) => {
      expect(Math.abs(fit.reliability[rater]! - p)).toBeLessThan(0.1);
    });
    const right = truth.filter((label, item) => fit.posterior[item * 2 + label]! > 0.5).length;
    const majority = truth.filter(
      (label, item) => labels.filter((row) => row.item === item && row.label === label).length > 2,
    ).length;
    expect(right).toBeGreaterThan(majority + 10);
    expect(right / 400).toBeGreaterThan(0.9);
  });

  it('keeps what all agree on, and knows nothing of an item that nobody saw', () => {
    const labels = [0, 1, 2].flatMap((item) =>
      [0, 1].map((rater): RaterLabel => ({ item, rater, label: item % 2 })),
    );
    const fit = fitDawidSkene(labels, 4, 2, 2);
    expect(fit.posterior[0]!).toBeGreaterThan(0.5);
    expect(fit.posterior[3]!).toBeGreaterThan(0.5);
    expect(fit.posterior[6]! + fit.posterior[7]!).toBeCloseTo(1, 12);
    expect(fit.posterior.every(Number.isFinite)).toBe(true);
    expect(fitDawidSkene([], 0, 0, 2).logLikelihood).toBe(0);
  });
});
