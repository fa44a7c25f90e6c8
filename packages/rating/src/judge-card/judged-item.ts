/** An outcome in the item's own slots; `both_bad` counts as a tie. */
export type CardLabel = 'a' | 'b' | 'tie';

/** An order in which a judge was shown the two answers; `unknown`: an imported verdict that does not say. */
export type CardOrder = 'ab' | 'ba' | 'unknown';

export type CardVerdict = {
  readonly order: CardOrder;
  /** From 1. */
  readonly repeat: number;
  readonly label: CardLabel;
  /** P(a is better) as the judge gave it, 0..1; null: only the label is known. */
  readonly shareA: number | null;
};

/** One prompt with two answers, and all that was said of it. */
export type CardItem = {
  /** What people and judges share across items: the cluster of every interval. */
  readonly prompt: string;
  readonly category: string | null;
  readonly modelA: string;
  readonly modelB: string;
  /** What each vote on it weighs, > 0: battles that are asked about more often than others weigh less. Absent: 1. */
  readonly weight?: number;
  /** One label a person. */
  readonly votes: readonly CardLabel[];
  /** Of the judge whose card it is; scored ones only. */
  readonly verdicts: readonly CardVerdict[];
};

/** What a speaker says of an item, each statement counted alike; empty: nothing. */
export type Speaker<Item> = (item: Item) => readonly CardLabel[];

export const peopleOf: Speaker<CardItem> = (item) => item.votes;
export const judgeOf: Speaker<CardItem> = (item) => item.verdicts.map((verdict) => verdict.label);

/** A figure with its 95 % interval; null: not to be told from this data. */
export type Estimate = {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
};

/** The judge's preference for a on an item, 0..1: the mean over its verdicts, a tie as half; null without any. */
export function preferenceOf(item: Pick<CardItem, 'verdicts'>): number | null {
  if (item.verdicts.length === 0) return null;
  // each order weighs the same, however often it was asked again
  const orders = new Map<CardOrder, { sum: number; count: number }>();
  for (const { order, label, shareA } of item.verdicts) {
    const own = orders.get(order) ?? { sum: 0, count: 0 };
    own.sum += shareA ?? pointsOf(label);
    own.count += 1;
    orders.set(order, own);
  }
  let sum = 0;
  for (const own of orders.values()) sum += own.sum / own.count;
  return sum / orders.size;
}

/** What a label gives slot a of the point. */
export function pointsOf(label: CardLabel): number {
  return label === 'a' ? 1 : label === 'b' ? 0 : 0.5;
}
