import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentPairs, writePairs } from './write-pairs.ts';

const name = fc.string({ unit: 'grapheme' });
const count = fc.oneof(fc.nat(), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));

describe('pairs as a reply has them', () => {
  it('are written as JSON.stringify would', () => {
    const cell = fc.record({ a: fc.nat(2), b: fc.nat(2), wins: count, ties: count, losses: count });
    fc.assert(
      fc.property(
        fc.tuple(name, name, name),
        fc.array(cell),
        fc.constantFrom(0, 1, 4095, 4096),
        (models, cells, more) => {
          const all = [
            ...cells,
            ...Array.from({ length: more }, () => ({ a: 0, b: 1, wins: 1, ties: 0, losses: 2 })),
          ];
          const column = (of: 'wins' | 'ties' | 'losses') => Float64Array.from(all, (each) => each[of]);
          const pairs = {
            models,
            a: Int32Array.from(all, (each) => each.a),
            b: Int32Array.from(all, (each) => each.b),
            wins: column('wins'),
            ties: column('ties'),
            losses: column('losses'),
          };
          expect(new TextDecoder().decode(writePairs(pairs))).toBe(JSON.stringify(presentPairs(pairs)));
        },
      ),
    );
  });
});
