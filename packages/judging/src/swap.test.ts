import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JudgeReading } from './read-judge-reply.ts';
import { combineOrders, logistic, splitSwap } from './swap.ts';

const said = (outcome: 'a' | 'b' | 'tie', shareA: number | null = null): JudgeReading => ({
  kind: 'preference',
  outcome,
  shareA,
  coverage: null,
});

describe('splitSwap', () => {
  it('tells preference and slot bias apart', () => {
    // logit .8 = 1.386294, logit .6 = 0.405465: d = 0.490415, b = 0.895880
    const { preference, slotBias } = splitSwap(0.8, 0.6);
    expect(preference).toBeCloseTo(0.490415, 6);
    expect(slotBias).toBeCloseTo(0.89588, 6);
  });

  it('finds back what both orders were made of', () => {
    const number = fc.double({ min: -6, max: 6, noNaN: true });
    fc.assert(
      fc.property(number, number, (d, b) => {
        const found = splitSwap(logistic(b + d), logistic(b - d));
        expect(found.preference).toBeCloseTo(d, 6);
        expect(found.slotBias).toBeCloseTo(b, 6);
      }),
    );
  });

  it('is finite where a judge is certain', () => {
    expect(Number.isFinite(splitSwap(1, 0).preference)).toBe(true);
    expect(splitSwap(1, 1)).toMatchObject({ preference: 0 });
  });
});

describe('combineOrders', () => {
  it.each([
    ['agree_else_tie', said('a'), said('a'), { outcome: 'a' }],
    ['agree_else_tie', said('a'), said('b'), { outcome: 'tie' }],
    ['agree_else_tie', said('a'), said('tie'), { outcome: 'tie' }],
    ['separate', said('a'), said('b'), { kind: 'unscored', reason: 'inconsistent_order' }],
    ['separate', said('tie'), said('tie'), { outcome: 'tie' }],
    ['prob_mean', said('a', 1), said('b', 0.25), { outcome: 'a', shareA: 0.625 }],
    ['prob_mean', said('a'), said('b'), { outcome: 'tie', shareA: 0.5 }],
    [
      'logit_mean',
      said('a', 0.8),
      said('b', 0.4),
      { outcome: 'a', shareA: expect.closeTo(logistic(0.490415), 6) },
    ],
    ['logit_mean', said('a', 0.8), { kind: 'unscored', reason: 'low_coverage' }, { reason: 'low_coverage' }],
  ] as const)('%s', (rule, ab, ba, result) => {
    expect(combineOrders(rule, ab, ba)).toMatchObject(result);
  });
});
