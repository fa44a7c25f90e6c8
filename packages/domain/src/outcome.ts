/** What a voter or a judge said of a battle. `a` and `b` are slots, never models. */
export const OUTCOMES = ['a', 'b', 'tie', 'both_bad'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'string' && (OUTCOMES as readonly string[]).includes(value);
}

/** The same outcome, said of the battle with its slots exchanged. */
export function swapOutcome(outcome: Outcome): Outcome {
  if (outcome === 'a') return 'b';
  if (outcome === 'b') return 'a';
  return outcome;
}
