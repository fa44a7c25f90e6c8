import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quickTime } from './columns/quick-time.ts';
import { timeOf } from './time-of.ts';

const MS = 1_682_351_591_130;

describe('a time', () => {
  it.each<readonly [string | number, number]>([
    [1682351591.13, MS],
    ['1682351591.13', MS],
    [' 1682351591.13 ', MS],
    ['1.68235159113e9', MS],
    [MS, MS],
    [String(MS), MS],
    [MS * 1e3, MS],
    [`${MS}000`, MS],
    [`${MS}000000`, MS],
    ['2023-04-24T15:53:11.13Z', MS],
    ['2023-04-24 15:53:11.130000', MS],
    ['2023-04-24 15:53:11.13+00:00', MS],
    ['2023-04-24 15:53:11.13+00', MS],
    ['2023-04-24T17:53:11.13+0200', MS],
    ['2023-04-24 10:23:11.13 -05:30', MS],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2024-05-01T12:30', Date.UTC(2024, 4, 1, 12, 30)],
    [0, 0],
  ])('%j is understood', (value, ms) => {
    expect(timeOf(value)).toBe(ms);
  });

  it.each<readonly [unknown]>([
    ['NaT'],
    ['nan'],
    ['  '],
    ['yesterday'],
    ['1682351591,13'],
    ['0x64467C27'],
    ['1_682_351_591'],
    ['1e400'],
    [-1],
    ['-1'],
    ['1e21'],
    ['2023-13-45'],
    ['2023-02-29'],
    ['2023-04-31T00:00:00Z'],
    ['2023-04-24T25:00:00Z'],
    ['1969-12-31'],
    ['1970-01-01T00:00:00+01:00'],
    ['24.04.2023'],
    ['04/24/2023'],
    ['Mon Apr 24 2023'],
    [true],
    [null],
    [[1682351591]],
  ])('%j is none', (value) => {
    expect(timeOf(value)).toBeNaN();
  });

  it('is the same where it is read without a text, or has a slower look', () => {
    const digits = fc.stringMatching(/^\d{1,20}(\.\d{0,12})?$/);
    const date = fc
      .tuple(
        fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
        fc.constantFrom('T', ' '),
        fc.constantFrom('', '.5', '.123456', '.000999999'),
        fc.constantFrom('', 'Z', '+01:00'),
      )
      .map(
        ([day, between, fraction, zone]) =>
          `${day.toISOString().slice(0, 19).replace('T', between)}${fraction}${zone}`,
      );
    fc.assert(
      fc.property(fc.oneof(digits, date, fc.string()), (text) => {
        const bytes = new TextEncoder().encode(text);
        const quick = quickTime(bytes, 0, bytes.length, true);
        if (!Number.isNaN(quick)) expect(quick).toBe(timeOf(text));
        if (!Number.isNaN(quickTime(bytes, 0, bytes.length, false))) expect(timeOf(text)).not.toBeNaN();
      }),
      { numRuns: 2000 },
    );
  });
});
