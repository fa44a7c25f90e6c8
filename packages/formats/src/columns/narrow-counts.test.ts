import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NarrowCounts } from './narrow-counts.ts';

const count = fc.oneof(
  fc.nat(255),
  fc.nat(65_535),
  fc.nat(2 ** 24),
  fc.constant(Number.NaN),
  fc.constant(2.5),
);

describe('a column of counts', () => {
  it('holds what was set, in whichever order, in the narrowest type that can', () => {
    fc.assert(
      fc.property(fc.array(count, { maxLength: 60 }), fc.nat(60), (counts, split) => {
        const column = new NarrowCounts(1);
        column.resize(counts.length + 3);
        const parts = [counts.slice(0, split), counts.slice(split)] as const;
        for (const [at, value] of parts[0].entries()) column.set(at, value);
        const bits = parts[1].reduce((all, value) => all | value, 0);
        const isKnown = parts[1].every((value) => Number.isInteger(value));
        column.setAll(parts[0].length, Float64Array.from(parts[1]), isKnown ? bits : -1);
        const taken = column.taken(counts.length);
        expect([...taken]).toEqual(counts);
        const isWhole = counts.every((value) => Number.isInteger(value) && value < 65_536);
        const bytes = !isWhole ? 4 : counts.some((value) => value > 255) ? 2 : 1;
        expect(taken.BYTES_PER_ELEMENT).toBe(bytes);
      }),
    );
  });
});
