import { bootstrapIntervals, cohenKappa } from '@agon/stats';
import { LABELS, TIE_LABEL } from './battle-votes.ts';

/** What a judge said of the same two answers shown in both orders, by answer: `a` is the first answer of the data. */
export type TwoOrders = {
  /** What people hold to be right; null: not known, and then only consistency is measured. */
  readonly gold: 'a' | 'b' | 'tie' | null;
  /** Shown as a, b; null: no verdict could be read. */
  readonly straight: 'a' | 'b' | 'tie' | null;
  /** Shown as b, a. */
  readonly swapped: 'a' | 'b' | 'tie' | null;
};

/** A share 0..1 (kappa: −1..1) with its 95 % interval, by bootstrap of items; null: not to be told. */
export type Share = {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
};

export type OrderStatistics = {
  readonly items: number;
  readonly accuracyStraight: Share;
  readonly accuracySwapped: Share;
  readonly accuracyAverage: Share;
  /** Right in both orders. */
  readonly accuracyBoth: Share;
  /** The same answer preferred in both orders. */
  readonly consistency: Share;
  /** Cohen's kappa between the two orders, where both could be read. */
  readonly kappa: Share;
  /** How often the answer shown first won, of the verdicts that were no tie: 0.5 without position bias. */
  readonly firstSlot: Share;
  readonly unread: number;
};

/**
 * Accuracy, consistency and position bias of one judge, as LLMBar counts them (Zeng et al., 2024): a verdict that could
 * not be read is neither right nor consistent.
 */
export function measureOrders(
  items: readonly TwoOrders[],
  options: { readonly seed: number; readonly rounds?: number },
): OrderStatistics {
  const statistics = (times: ArrayLike<number>): (number | null)[] => {
    let [all, known, straight, swapped, both, same, first, decided] = [0, 0, 0, 0, 0, 0, 0, 0];
    const table = new Float64Array(LABELS * LABELS);
    items.forEach((item, at) => {
      const n = times[at]!;
      all += n;
      if (item.gold !== null) {
        const [right, rightSwapped] = [item.straight === item.gold, item.swapped === item.gold];
        known += n;
        straight += n * Number(right);
        swapped += n * Number(rightSwapped);
        both += n * Number(right && rightSwapped);
      }
      if (item.straight !== null && item.swapped !== null) {
        same += n * Number(item.straight === item.swapped);
        table[labelOf(item.straight) * LABELS + labelOf(item.swapped)]! += n;
      }
      if (item.straight === 'a' || item.straight === 'b') {
        decided += n;
        first += n * Number(item.straight === 'a');
      }
      if (item.swapped === 'a' || item.swapped === 'b') {
        decided += n;
        first += n * Number(item.swapped === 'b');
      }
    });
    const of = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
    return [
      of(straight, known),
      of(swapped, known),
      of(straight + swapped, 2 * known),
      of(both, known),
      of(same, all),
      cohenKappa(table, LABELS),
      of(first, decided),
    ];
  };
  const values = statistics(new Uint8Array(items.length).fill(1));
  const intervals = bootstrapIntervals(
    items.length,
    options.rounds ?? 1000,
    `orders/${options.seed}`,
    statistics,
  );
  const share = (k: number): Share => ({
    value: values[k] ?? null,
    low: values[k] == null ? null : (intervals[k]?.low ?? null),
    high: values[k] == null ? null : (intervals[k]?.high ?? null),
  });
  return {
    items: items.length,
    accuracyStraight: share(0),
    accuracySwapped: share(1),
    accuracyAverage: share(2),
    accuracyBoth: share(3),
    consistency: share(4),
    kappa: share(5),
    firstSlot: share(6),
    unread: items.reduce(
      (sum, { straight, swapped }) => sum + Number(straight === null) + Number(swapped === null),
      0,
    ),
  };
}

function labelOf(label: 'a' | 'b' | 'tie'): number {
  return label === 'a' ? 0 : label === 'b' ? 1 : TIE_LABEL;
}
