import type { Outcome } from '@agon/domain';

/** The field's spellings of an outcome; nothing else is guessed. */
export const WINNERS: Readonly<Record<string, Outcome>> = {
  model_a: 'a',
  model_b: 'b',
  a: 'a',
  b: 'b',
  A: 'a',
  B: 'b',
  left: 'a',
  right: 'b',
  tie: 'tie',
  Tie: 'tie',
  both_bad: 'both_bad',
  'tie (bothbad)': 'both_bad',
  bothbad: 'both_bad',
  'both bad': 'both_bad',
};
