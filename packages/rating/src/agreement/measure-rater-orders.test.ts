import type { Comparison } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { measureRaterOrders } from './measure-rater-orders.ts';

const row = (
  prompt: number,
  [modelA, modelB]: readonly [string, string],
  outcome: Comparison['outcome'],
  rater: string,
  source: Comparison['source'] = 'judges',
): Comparison => ({ modelA, modelB, outcome, rater, source, promptKey: `p${prompt}` });

describe('a judge who saw battles in both orders', () => {
  it('by hand: four battles, one of them inconsistent towards the first slot', () => {
    const rows = [
      // x both times; people agree
      row(1, ['x', 'y'], 'a', 'j'),
      row(1, ['y', 'x'], 'b', 'j'),
      row(1, ['y', 'x'], 'b', 'ann', 'people'),
      // the first slot both times; people say x
      row(2, ['x', 'y'], 'a', 'j'),
      row(2, ['y', 'x'], 'a', 'j'),
      row(2, ['x', 'y'], 'a', 'ann', 'people'),
      // a tie both times; people are divided
      row(3, ['y', 'x'], 'tie', 'j'),
      row(3, ['x', 'y'], 'both_bad', 'j'),
      row(3, ['x', 'y'], 'a', 'ann', 'people'),
      row(3, ['x', 'y'], 'b', 'bob', 'people'),
      // one order only, said twice
      row(4, ['x', 'y'], 'a', 'j'),
      row(4, ['x', 'y'], 'b', 'j'),
    ];
    const [judge, ...others] = measureRaterOrders(rows, { seed: 1, rounds: 50 });
    expect(others).toEqual([]);
    expect(judge).toMatchObject({ rater: 'j', source: 'judges', items: 3, unread: 0 });
    expect(judge!.consistency.value).toBeCloseTo(2 / 3, 12);
    // straight: x, x of two that people decided; swapped: x, y
    expect(judge!.accuracyStraight.value).toBe(1);
    expect(judge!.accuracySwapped.value).toBe(0.5);
    expect(judge!.accuracyBoth.value).toBe(0.5);
    // shown first and preferred: 1 straight, 2 straight, 2 swapped, of four decided
    expect(judge!.firstSlot.value).toBe(0.75);
  });

  it('names nobody where no order was exchanged, and looks at one turn where asked', () => {
    const rows = [row(1, ['x', 'y'], 'a', 'j'), { ...row(1, ['y', 'x'], 'a', 'j'), turn: 2 }];
    expect(measureRaterOrders(rows, { seed: 1 })).toEqual([]);
    const both = [...rows, { ...row(1, ['x', 'y'], 'b', 'j'), turn: 2 }];
    expect(measureRaterOrders(both, { seed: 1, turn: 1 })).toEqual([]);
    expect(measureRaterOrders(both, { seed: 1, turn: 2 })[0]?.items).toBe(1);
  });
});
