import { describe, expect, it } from 'vitest';
import { drawPoisson } from './draw-poisson.ts';
import { mean, sampleSd } from './mean-and-sd.ts';
import { normalDraws } from './normal-draws.ts';
import { seededRandom } from './seeded-random.ts';

const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, () => next());

describe('seededRandom', () => {
  it('gives the same stream for the same tag, for good', () => {
    // pinned: a change here changes every stored seed's meaning
    const random = seededRandom('agon/1');
    expect(draw(4, random.uint32)).toEqual(draw(4, seededRandom('agon/1').uint32));
    expect(draw(4, seededRandom('agon/1').uint32)).toEqual([1945408151, 341291807, 1930173188, 4102177075]);
  });

  it('gives unrelated streams for neighbouring tags', () => {
    const streams = ['a/1', 'a/2', 'a/11', 'b/1', ''].map((tag) => draw(2000, seededRandom(tag).next));
    for (const [i, x] of streams.entries()) {
      for (const y of streams.slice(i + 1)) {
        const products = x.map((value, k) => (value - 0.5) * (y[k]! - 0.5) * 12);
        // correlation of independent streams: standard error 1/√2000 = 0.022
        expect(Math.abs(mean(products)!)).toBeLessThan(0.09);
      }
    }
  });

  it('is uniform: mean, spread and every tenth', () => {
    const values = draw(100_000, seededRandom('uniform').next);
    expect(Math.abs(mean(values)! - 0.5)).toBeLessThan(0.004);
    expect(Math.abs(sampleSd(values)! - Math.sqrt(1 / 12))).toBeLessThan(0.003);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const tenths = new Array<number>(10).fill(0);
    for (const value of values) tenths[Math.floor(value * 10)]! += 1;
    // 27.88: the 0.001 point of chi-squared with 9 degrees of freedom
    expect(tenths.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.88);
  });

  it('draws integers below n, all of them', () => {
    const random = seededRandom('below');
    expect(new Set(draw(200, () => random.below(7)))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    expect(draw(20, () => random.below(1))).toEqual(new Array(20).fill(0));
  });
});

describe('normalDraws', () => {
  it('has mean 0, sd 1 and normal tails', () => {
    const draws = normalDraws('normal', 100_001);
    expect(draws).toHaveLength(100_001);
    expect(Math.abs(mean(draws)!)).toBeLessThan(0.012);
    expect(Math.abs(sampleSd(draws)! - 1)).toBeLessThan(0.01);
    const beyond = draws.filter((value) => Math.abs(value) > 1.959963984540054).length;
    expect(Math.abs(beyond / draws.length - 0.05)).toBeLessThan(0.003);
    expect(Math.abs(mean(draws.map((value) => value ** 4))! - 3)).toBeLessThan(0.15);
  });
});

describe('drawPoisson', () => {
  // both sides of the change of method at 24
  it.each([0.01, 1, 3.5, 23.9, 24.1, 80, 1000, 1e6])('has mean and variance %d', (rate) => {
    const random = seededRandom(`poisson/${rate}`);
    const draws = draw(40_000, () => drawPoisson(random, rate));
    const error = Math.sqrt(rate / 40_000);
    expect(Math.abs(mean(draws)! - rate)).toBeLessThan(4.5 * error);
    // variance of the sample variance: (rate + 2 rate²) / n
    const spread = Math.sqrt((rate + 2 * rate * rate) / 40_000);
    expect(Math.abs(sampleSd(draws)! ** 2 - rate)).toBeLessThan(4.5 * spread);
    expect(draws.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
  });

  it('has the right share of each count', () => {
    const random = seededRandom('poisson/shares');
    const counts = new Map<number, number>();
    for (let i = 0; i < 100_000; i += 1) {
      const value = drawPoisson(random, 30);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    let probability = Math.exp(-30);
    for (let k = 1; k <= 45; k += 1) {
      probability *= 30 / k;
      if (k < 15) continue;
      const error = Math.sqrt((probability * (1 - probability)) / 100_000);
      expect(Math.abs((counts.get(k) ?? 0) / 100_000 - probability)).toBeLessThan(4.5 * error);
    }
  });

  it('draws 0 for a mean of 0', () => {
    expect(drawPoisson(seededRandom('zero'), 0)).toBe(0);
  });
});
