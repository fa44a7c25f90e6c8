import type { Outcome } from '@agon/domain';

export type Reconciled =
  | { readonly kind: 'ok'; readonly outcome: Outcome }
  | { readonly kind: 'unscored'; readonly reason: 'inconsistent_order' };

/**
 * One verdict from both orders, both already in the battle's slots. Equal: that. A choice against a tie: the choice is
 * not contradicted, but not confirmed either: a tie, as MT-bench has it. A choice against the other choice: the order
 * decided, not the answers: unscored.
 */
export function reconcileOrders(first: Outcome, second: Outcome): Reconciled {
  if (first === second) return { kind: 'ok', outcome: first };
  if (first === 'tie' || second === 'tie') return { kind: 'ok', outcome: 'tie' };
  return { kind: 'unscored', reason: 'inconsistent_order' };
}

export type OrderedVerdict = {
  readonly battle: string;
  readonly order: 'ab' | 'ba';
  readonly repeat: number;
  readonly outcome: Outcome;
};

export type PositionReport = {
  /** Share, 0..1, of battles asked in both orders whose verdicts are the same; null where there is none. */
  readonly consistency: number | null;
  /** Share of decided verdicts for whichever answer was shown first; 0.5 is no bias; null where there is none. */
  readonly firstSlotRate: number | null;
};

/** How much the order of showing decides. */
export function reportPosition(verdicts: readonly OrderedVerdict[]): PositionReport {
  const pairs = new Map<string, Partial<Record<'ab' | 'ba', Outcome>>>();
  let first = 0;
  let decided = 0;
  for (const { battle, order, repeat, outcome } of verdicts) {
    const key = `${battle}/${repeat}`;
    pairs.set(key, { ...pairs.get(key), [order]: outcome });
    if (outcome !== 'a' && outcome !== 'b') continue;
    decided += 1;
    if ((outcome === 'a') === (order === 'ab')) first += 1;
  }
  const both = [...pairs.values()].filter((pair) => pair.ab !== undefined && pair.ba !== undefined);
  return {
    consistency: both.length === 0 ? null : both.filter((pair) => pair.ab === pair.ba).length / both.length,
    firstSlotRate: decided === 0 ? null : first / decided,
  };
}
