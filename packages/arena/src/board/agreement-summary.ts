import type { Board } from '@agon/contract';
import type { Comparison } from '@agon/domain';
import { measureAgreement } from '@agon/rating';

/** Each judge against the people, on the battles that both judged, ties left out; two people beside it as the ceiling. */
export function summariseAgreement(
  people: readonly Comparison[],
  judges: readonly Comparison[],
): Board['agreement'] {
  if (people.length === 0 || judges.length === 0) return [];
  const agreement = measureAgreement([...people, ...judges], { by: 'source', ties: 'drop', seed: 1 });
  return agreement.pairs.map((pair) => ({
    left: pair.left,
    right: pair.right,
    items: pair.items,
    agreement: pair.agreement,
    low: pair.low,
    high: pair.high,
    ties_dropped: true,
    ceiling: { items: agreement.ceiling.items, agreement: agreement.ceiling.agreement },
  }));
}
