import { describe, expect, it } from 'vitest';
import { bootstrapIntervals } from './bootstrap-intervals.ts';
import { cohenKappa } from './cohen-kappa.ts';
import { krippendorffAlpha } from './krippendorff-alpha.ts';

describe('cohenKappa', () => {
  it.each<readonly [string, readonly number[], number, 'nominal' | 'quadratic', number | null]>([
    // p_o = 35/50, p_e = (25·30 + 25·20)/2500 = 0.5
    ['20, 5, 10, 15: (0.7 − 0.5) / 0.5', [20, 5, 10, 15], 2, 'nominal', 0.4],
    ['perfect', [3, 0, 0, 0, 4, 0, 0, 0, 5], 3, 'nominal', 1],
    ['always the opposite', [0, 5, 5, 0], 2, 'nominal', -1],
    ['independent', [4, 6, 6, 9], 2, 'nominal', 0],
    // seen 1·1 + 1·4 = 5; row sums 2, 0, 2, column sums 2, 1, 1: expected (2·1 + 2·4 + 4·4 + 2·1) / 4 = 7
    ['quadratic on 3 levels', [1, 1, 0, 0, 0, 0, 1, 0, 1], 3, 'quadratic', 2 / 7],
    ['quadratic of 2 levels is nominal', [20, 5, 10, 15], 2, 'quadratic', 0.4],
    ['nothing counted', [0, 0, 0, 0], 2, 'nominal', null],
    ['one category only', [7, 0, 0, 0], 2, 'nominal', null],
  ])('%s', (_name, table, categories, weights, kappa) => {
    const found = cohenKappa(table, categories, weights);
    if (kappa === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(kappa, 12);
  });
});

describe('krippendorffAlpha', () => {
  it('is 0.095 on the two-rater example of "Computing Krippendorff’s Alpha-Reliability" (2011), §A', () => {
    const first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0];
    const second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
    const units = first.map((value, i) => [2 - value - second[i]!, value + second[i]!]);
    expect(krippendorffAlpha(units, 2)).toBeCloseTo(1 - (20 - 1) * (4 / (14 * 6)), 12);
    expect(krippendorffAlpha(units, 2)!.toFixed(3)).toBe('0.095');
  });

  it('is 0.743 on the four-rater example with gaps, §C there', () => {
    const ratings = [
      [1, 1, null, 1],
      [2, 2, 3, 2],
      [3, 3, 3, 3],
      [3, 3, 3, 3],
      [2, 2, 2, 2],
      [1, 2, 3, 4],
      [4, 4, 4, 4],
      [1, 1, 2, 1],
      [2, 2, 2, 2],
      [null, 5, 5, 5],
      [null, null, 1, 1],
      [null, null, 3, null],
    ];
    const units = ratings.map((values) => {
      const counts = [0, 0, 0, 0, 0];
      for (const value of values) if (value !== null) counts[value - 1]! += 1;
      return counts;
    });
    expect(krippendorffAlpha(units, 5)!.toFixed(3)).toBe('0.743');
  });

  it('has no value without two values on a unit, or with one category', () => {
    expect(krippendorffAlpha([[1, 0]], 2)).toBeNull();
    expect(krippendorffAlpha([], 2)).toBeNull();
    expect(
      krippendorffAlpha(
        [
          [2, 0],
          [3, 0],
        ],
        2,
      ),
    ).toBeNull();
  });
});

describe('bootstrapIntervals', () => {
  it('covers the mean with about ± 1.96 sd / √n, and depends on the tag alone', () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 2);
    const share = (times: Uint32Array) => [
      values.reduce((sum, value, i) => sum + value * times[i]!, 0) / values.length,
    ];
    const [interval] = bootstrapIntervals(400, 2000, 'coin', share);
    expect(interval!.low).toBeCloseTo(0.5 - 1.96 * 0.025, 2);
    expect(interval!.high).toBeCloseTo(0.5 + 1.96 * 0.025, 2);
    expect(bootstrapIntervals(400, 2000, 'coin', share)).toEqual([interval]);
  });

  it('has none for one cluster, nor where most resamples have no value', () => {
    expect(bootstrapIntervals(1, 50, 'one', () => [1])).toEqual([null]);
    expect(bootstrapIntervals(5, 50, 'empty', () => [null, 1])).toEqual([null, { low: 1, high: 1 }]);
  });
});
