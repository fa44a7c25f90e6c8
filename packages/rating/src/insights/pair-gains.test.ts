import { type Comparison, DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { fitBradleyTerry } from '../bradley-terry/fit-bradley-terry.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { pairGains } from './pair-gains.ts';

const records = [
  [0, 1, 2, 3],
  [0, 3, 1, 4],
  [1, 2, 5, 3],
  [2, 3, 1, 3],
] as const;

function fit(extra: readonly Comparison[] = []) {
  const vote = (a: number, b: number, outcome: 'a' | 'b'): Comparison => ({
    modelA: `m${a}`,
    modelB: `m${b}`,
    outcome,
    source: 'people',
  });
  const rows = records.flatMap(([a, b, wins, losses]) => [
    ...new Array<Comparison>(wins).fill(vote(a, b, 'a')),
    ...new Array<Comparison>(losses).fill(vote(a, b, 'b')),
  ]);
  const columns = toColumns([...rows, ...extra], ['m0', 'm1', 'm2', 'm3']);
  return fitBradleyTerry(tallyComparisons(columns, DEFAULT_RATING_SETTINGS).table);
}

describe('what one more vote is worth', () => {
  it('golden numbers, by two independent implementations', () => {
    const { theta, inverse } = fit();
    const found = pairGains(theta, inverse);
    const expected = [
      [0.05584293859185693, 0.07303970024637682],
      [0.08506480998848329, 0.1013924936126716],
      [0.05390925554542328, 0.06609391574905313],
      [0.025225842012754032, 0.05147431091011728],
      [0.09390691907212703, 0.09708309650633755],
      [0.0721884647303853, 0.07415295061987963],
    ];
    expect(found.map(({ i, j }) => [i, j])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    found.forEach(({ gain, information }, k) => {
      expect(gain).toBeCloseTo(expected[k]![0]!, 10);
      expect(information).toBeCloseTo(expected[k]![1]!, 10);
    });
  });

  it('is the fall of the trace when that vote’s information is added', () => {
    const { theta, inverse } = fit();
    const trace = (matrix: Float64Array): number => matrix[0]! + matrix[5]! + matrix[10]! + matrix[15]!;
    for (const { i, j, gain } of pairGains(theta, inverse)) {
      // Sherman and Morrison, written out
      const v = Array.from({ length: 4 }, (_, k) => inverse[k * 4 + i]! - inverse[k * 4 + j]!);
      const p = 1 / (1 + Math.exp(theta[j]! - theta[i]!));
      const w = p * (1 - p);
      const scale = w / (1 + w * (v[i]! - v[j]!));
      const updated = inverse.map((value, at) => value - scale * v[Math.floor(at / 4)]! * v[at % 4]!);
      expect(trace(inverse) - trace(updated)).toBeCloseTo(gain, 10);
    }
  });
});
