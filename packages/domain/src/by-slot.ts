/** The side of a battle on which an answer is shown. */
export const SLOTS = ['a', 'b'] as const;
export type Slot = (typeof SLOTS)[number];

/** Everything two-sided. */
export type BySlot<T> = { readonly a: T; readonly b: T };

export function bySlot<T>(make: (slot: Slot) => T): BySlot<T> {
  return { a: make('a'), b: make('b') };
}

export function mapSlots<T, U>(value: BySlot<T>, change: (item: T, slot: Slot) => U): BySlot<U> {
  return { a: change(value.a, 'a'), b: change(value.b, 'b') };
}

export function swapSlots<T>(value: BySlot<T>): BySlot<T> {
  return { a: value.b, b: value.a };
}
