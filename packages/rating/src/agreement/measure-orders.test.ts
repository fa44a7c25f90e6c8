import { describe, expect, it } from 'vitest';
import { measureOrders, type TwoOrders } from './measure-orders.ts';

const item = (
  gold: TwoOrders['gold'],
  straight: TwoOrders['straight'],
  swapped: TwoOrders['swapped'],
): TwoOrders => ({
  gold,
  straight,
  swapped,
});

describe('a judge in both orders', () => {
  // counted by hand: right 3/5 and 2/5, both 1/5, same 2/5 (the unread pair is not), first slot 6 of 8 decided
  const five = [
    item('a', 'a', 'a'),
    item('a', 'a', 'b'),
    item('b', 'a', 'b'),
    item('tie', 'tie', 'b'),
    item('b', null, 'a'),
    item(null, 'b', 'b'),
  ];

  it('counts as by hand', () => {
    const found = measureOrders(five, { seed: 1 });
    expect(found.items).toBe(6);
    expect(found.unread).toBe(1);
    expect(found.accuracyStraight.value).toBeCloseTo(3 / 5, 12);
    expect(found.accuracySwapped.value).toBeCloseTo(2 / 5, 12);
    expect(found.accuracyAverage.value).toBeCloseTo(1 / 2, 12);
    expect(found.accuracyBoth.value).toBeCloseTo(1 / 5, 12);
    expect(found.consistency.value).toBeCloseTo(2 / 6, 12);
    // straight: a a a b, three of them a; swapped: a b b b a b, four of them b
    expect(found.firstSlot.value).toBeCloseTo(7 / 10, 12);
    expect(found.consistency.low!).toBeLessThanOrEqual(found.consistency.value!);
    expect(found.consistency.high!).toBeGreaterThanOrEqual(found.consistency.value!);
  });

  it('always the first slot: never consistent, half right', () => {
    const blind = Array.from({ length: 40 }, (_, i) => item(i % 2 === 0 ? 'a' : 'b', 'a', 'b'));
    const found = measureOrders(blind, { seed: 1 });
    expect(found.consistency).toEqual({ value: 0, low: 0, high: 0 });
    expect(found.firstSlot).toEqual({ value: 1, low: 1, high: 1 });
    expect(found.accuracyAverage.value).toBe(0.5);
    expect(found.kappa.value).toBe(0);
  });

  it('of nothing tells nothing', () => {
    const none = measureOrders([], { seed: 1 });
    expect(none.consistency).toEqual({ value: null, low: null, high: null });
    expect(measureOrders([item(null, 'a', 'a')], { seed: 1 }).accuracyStraight.value).toBeNull();
  });
});
