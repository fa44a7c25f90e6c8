/** How many battles were judged so in one order and so in the other; null: not judged in that order. */
export type OrderedVerdicts = {
  readonly ab: string | null;
  readonly ba: string | null;
  readonly count: number;
};

export type PositionReport = {
  /** Share, 0..1, of battles judged in both orders whose verdicts are the same; null where there is none. */
  readonly consistency: number | null;
  /** Share of decided verdicts for whichever answer was shown first; 0.5 is no bias; null where there is none. */
  readonly firstSlotRate: number | null;
};

const SCORED = ['a', 'b', 'tie', 'both_bad'];

/** How much the order of showing decides. Outcomes are in the battle's own slots; what is no outcome is not counted. */
export function reportPosition(verdicts: readonly OrderedVerdicts[]): PositionReport {
  let [both, same, first, decided] = [0, 0, 0, 0];
  for (const { ab, ba, count } of verdicts) {
    if (ab !== null && ba !== null && SCORED.includes(ab) && SCORED.includes(ba)) {
      both += count;
      if (ab === ba) same += count;
    }
    for (const [outcome, ofFirst] of [[ab, 'a'] as const, [ba, 'b'] as const]) {
      if (outcome !== 'a' && outcome !== 'b') continue;
      decided += count;
      if (outcome === ofFirst) first += count;
    }
  }
  return {
    consistency: both === 0 ? null : same / both,
    firstSlotRate: decided === 0 ? null : first / decided,
  };
}
