import { describe, expect, it } from 'vitest';
import { DEFAULT_WEIGHTS, presetOf, weightParameters, weightsOf } from './weights.ts';

const search = (text: string) => new URLSearchParams(text);

describe('weights of the sources', () => {
  it('come from the URL, and from the default where it has no such number', () => {
    expect(weightsOf(search('people=60&judges=0&benchmarks=40'))).toEqual({
      people: 60,
      judges: 0,
      benchmarks: 40,
    });
    expect(weightsOf(search('people=lots&judges=-1&benchmarks=101'))).toEqual(DEFAULT_WEIGHTS);
    expect(weightsOf(search('people='))).toEqual(DEFAULT_WEIGHTS);
  });

  it('leave the URL where they are the default', () => {
    expect(weightParameters(DEFAULT_WEIGHTS)).toEqual({ people: null, judges: null, benchmarks: null });
    expect(weightParameters({ people: 100, judges: 0, benchmarks: 0 })).toEqual({
      people: '100',
      judges: '0',
      benchmarks: '0',
    });
  });

  it.each([
    [{ people: 5, judges: 2, benchmarks: 3 }, 'default'],
    [{ people: 33, judges: 33, benchmarks: 33 }, 'equal'],
    [{ people: 0, judges: 0, benchmarks: 7 }, 'measured'],
    [{ people: 50, judges: 21, benchmarks: 30 }, null],
    [{ people: 0, judges: 0, benchmarks: 0 }, null],
  ] as const)('%o is the preset %s', (weights, preset) => {
    expect(presetOf(weights)).toBe(preset);
  });
});
