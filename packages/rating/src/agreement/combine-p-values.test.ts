import { describe, expect, it } from 'vitest';
import { combinePValues, historyPValue } from './combine-p-values.ts';

describe('Fisher’s combined test', () => {
  it('golden case G10, by two independent implementations', () => {
    const tests = combinePValues([0.04, 0.2, 0.5, 0.01, 0.3], 0.01);
    const golden = {
      statistic: [
        6.437751649736401, 9.656627474604601, 11.042921835724492, 20.253262207700672, 22.661207816352544,
      ],
      critical: [
        9.21034037197618, 13.276704135987622, 16.811893829770927, 20.090235029663233, 23.209251158954356,
      ],
      pValue: [
        0.040000000000000015, 0.046626509898418426, 0.08705890500640942, 0.00941918789331668,
        0.012068611249286237,
      ],
    };
    for (const field of ['statistic', 'critical', 'pValue'] as const) {
      tests.forEach((test, at) => {
        expect(Math.abs(test[field] - golden[field][at]!), `${field} ${at}`).toBeLessThan(1e-12);
      });
    }
    // flagged after the fourth, and only then
    expect(tests.map(({ statistic, critical }) => statistic > critical)).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(tests.map(({ pValue }) => pValue < 0.01)).toEqual([false, false, false, true, false]);
  });

  it('of one p-value is that p-value, of ones is one, of none is nothing', () => {
    expect(combinePValues([0.37], 0.05)[0]!.pValue).toBeCloseTo(0.37, 14);
    expect(combinePValues([1, 1, 1], 0.05).map(({ pValue }) => pValue)).toEqual([1, 1, 1]);
    expect(combinePValues([], 0.05)).toEqual([]);
  });

  it.each([0, -0.1, 1.1, Number.NaN])('refuses a p-value of %d', (p) => {
    expect(() => combinePValues([0.5, p], 0.05)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});

it.each([0, 1, Number.NaN])('refuses an α of %d', (alpha) => {
  expect(() => combinePValues([], alpha)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});

describe('p-values from a history', () => {
  it('count what stands at least as high', () => {
    const history = [1, 1, 0.5, 0];
    // by hand: (1 + 2) / 5, (1 + 3) / 5, (1 + 4) / 5
    expect([1, 0.5, 0].map((outcome) => historyPValue(history, outcome))).toEqual([0.6, 0.8, 1]);
    expect(historyPValue([], 1)).toBe(1);
  });
});
