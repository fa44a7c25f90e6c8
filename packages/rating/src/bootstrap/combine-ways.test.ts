import { normalDraws } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { combineWays } from './combine-ways.ts';

const ROUNDS = 4000;
const MODELS = 4;

/** Rounds whose ratings are independent normal about a mean, with standard deviation `sd`; Σθ is not 0, which only shifts. */
function drawsOf(tag: string, sd: number) {
  return {
    theta: normalDraws(tag, ROUNDS * MODELS).map((value, at) => (at % MODELS) + 0.3 + sd * value),
    kept: ROUNDS,
    dropped: 0,
  };
}

const theta = Float64Array.from({ length: MODELS }, (_, i) => i);
/** Of a 95 % interval of N(0, 1). */
const WIDTH = 2 * 1.959964;

describe('two ways of clustering', () => {
  it('add their variances less what they share, about the fit', () => {
    const ways = { rater: drawsOf('r', 0.5), prompt: drawsOf('p', 0.4), both: drawsOf('b', 0.3) };
    const { low, high, ranks } = combineWays(theta, ways, -1);
    for (let i = 0; i < MODELS; i += 1) {
      expect((high![i]! - low![i]!) / WIDTH).toBeCloseTo(Math.sqrt(0.25 + 0.16 - 0.09), 1);
      // the rounds' own mean, 0.3 off, is no part of it
      expect((high![i]! + low![i]!) / 2).toBeCloseTo(i, 1);
    }
    expect(ranks).toHaveLength(MODELS);
  });

  it('tell ratings from the anchor with the variance of the difference', () => {
    const ways = { rater: drawsOf('r', 0.5), prompt: drawsOf('p', 0.4), both: drawsOf('b', 0.3) };
    const { low, high } = combineWays(theta, ways, 1);
    expect([low![1], high![1]]).toEqual([0, 0]);
    expect((high![3]! - low![3]!) / WIDTH).toBeCloseTo(Math.sqrt(2 * (0.25 + 0.16 - 0.09)), 1);
    expect((high![3]! + low![3]!) / 2).toBeCloseTo(2, 1);
  });

  it('are never narrower than either way alone', () => {
    const ways = { rater: drawsOf('r', 0.5), prompt: drawsOf('p', 0.1), both: drawsOf('b', 0.5) };
    const { low, high } = combineWays(theta, ways, -1);
    for (let i = 0; i < MODELS; i += 1) expect((high![i]! - low![i]!) / WIDTH).toBeCloseTo(0.5, 1);
  });

  it('have no intervals where most rounds are gone', () => {
    const gone = { theta: new Float64Array(2 * MODELS), kept: 2, dropped: 98 };
    const { low, warnings } = combineWays(
      theta,
      { rater: gone, prompt: drawsOf('p', 1), both: drawsOf('b', 1) },
      -1,
    );
    expect(low).toBeNull();
    expect(warnings.map(({ code }) => code)).toEqual(['bootstrap_dropped']);
  });
});
