import { describe, expect, it } from 'vitest';
import { dayTextOf, decimalOf, timeTextOf, wholeNumberOf } from './exact-values.ts';

/** Right: as Python's datetime, decimal and int print them. */
describe('values that a number does not hold', () => {
  it.each([
    [1_700_000_000_123_456n, 6, '2023-11-14T22:13:20.123456Z'],
    [1_700_000_000_000_000n, 6, '2023-11-14T22:13:20Z'],
    [-1n, 3, '1969-12-31T23:59:59.999Z'],
    [1_700_000_000_000_000_001n, 9, '2023-11-14T22:13:20.000000001Z'],
    [1_700_000_000n, 0, '2023-11-14T22:13:20Z'],
    [9_223_372_036_854_775_807n, 0, '9223372036854775807'],
  ] as const)('%d units of 10^-%d s', (count, digits, text) => {
    expect(timeTextOf(count, digits)).toBe(text);
  });

  it.each([
    [0, '1970-01-01'],
    [19_675, '2023-11-14'],
    [-1, '1969-12-31'],
  ])('%d days', (days, text) => {
    expect(dayTextOf(days)).toBe(text);
  });

  it.each([
    [150n, 2, 1.5],
    [-5n, 3, -0.005],
    [0n, 4, 0],
    [12n, 0, 12],
    [1_234_567_890_123_456_789n, 9, '1234567890.123456789'],
    [-9_007_199_254_740_993n, 0, '-9007199254740993'],
  ])('decimal %d, %d places', (unscaled, scale, value) => {
    expect(decimalOf(unscaled, scale)).toBe(value);
  });

  it.each([
    [9_007_199_254_740_991n, 9_007_199_254_740_991],
    [9_007_199_254_740_993n, '9007199254740993'],
    [-9_223_372_036_854_775_808n, '-9223372036854775808'],
  ])('whole number %d', (given, value) => {
    expect(wholeNumberOf(given)).toBe(value);
  });
});
