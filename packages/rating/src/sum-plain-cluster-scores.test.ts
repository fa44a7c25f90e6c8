import { seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreRows } from './row-scores.ts';
import { sumClusterScores } from './sum-cluster-scores.ts';
import { sumPlainClusterScores } from './sum-plain-cluster-scores.ts';

describe('sums by cluster over plain comparisons', () => {
  it('agree with those over scores row by row', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.record({ ties: fc.constantFrom('half', 'drop'), bothBad: fc.constantFrom('tie', 'drop') }),
        fc.constantFrom(1, 3, 40),
        (seed, settings, clusters) => {
          const random = seededRandom(`clusters/${seed}`);
          const code = (limit: number): number => random.below(limit + 2) - 1;
          const length = 120;
          const columns = {
            length,
            models: ['m0', 'm1', 'm2', 'm3', 'm4', 'm5'],
            a: Int32Array.from({ length }, () => code(6)),
            b: Int32Array.from({ length }, () => code(6)),
            outcome: Int8Array.from({ length }, () => code(4)),
          };
          const codes = Int32Array.from({ length }, () => random.below(clusters + 1) - 1);
          // one model outside of the group
          const place = Int32Array.of(0, 1, -1, 2, 3, 4);
          const theta = Float64Array.of(0.4, -0.3, 1.2, 0, -1.3);
          const scores = scoreRows(columns, settings, place, theta);
          const slow = sumClusterScores(
            scores,
            scores.row.map((row) => codes[row]!),
            5,
          );
          const fast = sumPlainClusterScores(columns, settings, place, theta, codes);
          expect({ ...fast, meat: [] }).toEqual({ ...slow, meat: [] });
          fast.meat.forEach((value, k) => {
            expect(Math.abs(value - slow.meat[k]!)).toBeLessThan(1e-10);
          });
        },
      ),
    );
  });
});
