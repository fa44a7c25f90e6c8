import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeOrder } from './time-order.ts';

describe('the order of times', () => {
  it('is that of a stable sort', () => {
    const time = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 253_402_300_799_999 }));
    fc.assert(
      fc.property(fc.array(time, { maxLength: 60 }), (times) => {
        const expected = times.map((_, row) => row).sort((one, other) => times[one]! - times[other]!);
        expect([...timeOrder(Float64Array.from(times))]).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
