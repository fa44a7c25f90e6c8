import { describe, expect, it } from 'vitest';
import { sideOf } from './capability-rows.ts';

describe('a category against the overall rating', () => {
  it.each([
    [1000, { value: 1100, low: 1010, high: 1190 }, 'above'],
    [1000, { value: 900, low: 810, high: 990 }, 'below'],
    [1000, { value: 1050, low: 990, high: 1110 }, null],
    [null, { value: 1050, low: 1040, high: 1060 }, null],
    [1000, { value: 1050, low: null, high: null }, null],
  ] as const)('%s and %o: %s', (overall, estimate, side) => expect(sideOf(overall, estimate)).toBe(side));
});
