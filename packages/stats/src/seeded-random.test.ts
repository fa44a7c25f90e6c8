import { describe, expect, it } from 'vitest';
import { normalDraws } from './normal-draws.ts';
import { seededRandom } from './seeded-random.ts';

describe('seededRandom', () => {
  it('gives the same draws for the same seed, others for another', () => {
    const draws = (seed: string) =>
      Array.from(
        { length: 5 },
        (
          (random) => () =>
            random.bits()
        )(seededRandom(seed)),
      );
    expect(draws('a')).toEqual(draws('a'));
    expect(draws('a')).not.toEqual(draws('b'));
    expect(draws('a/1')).not.toEqual(draws('a/2'));
  });

  it('is uniform: chi-squared over 10 bins stays under its 0.001 point, 27.88', () => {
    const random = seededRandom('uniform');
    const n = 100_000;
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < n; i += 1) bins[random.below(10)]! += 1;
    const chi = bins.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0);
    expect(chi).toBeLessThan(27.88);
  });

  it('draws normals with mean 0, variance 1, kurtosis 3', () => {
    const draws = normalDraws('normal', 200_000);
    const moment = (k: number) => draws.reduce((sum, x) => sum + x ** k, 0) / draws.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.01);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
  });
});
