import type { Outcome } from '@agon/domain';
import { m } from '#paraglide/messages.js';

const NAMES: Readonly<Record<Outcome, () => string>> = {
  a: m.booth_a_better,
  b: m.booth_b_better,
  tie: m.booth_tie,
  both_bad: m.booth_both_bad,
};

/** An outcome in the words of its button. */
export function outcomeName(outcome: Outcome): string {
  return NAMES[outcome]();
}
