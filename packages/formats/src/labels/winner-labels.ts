import type { Outcome } from '@agon/domain';

/** The field's spellings of an outcome, the same for every format; nothing else is guessed. */
export const WINNERS: Readonly<Record<string, Outcome>> = {
  model_a: 'a',
  model_b: 'b',
  model_1: 'a',
  model_2: 'b',
  a: 'a',
  b: 'b',
  A: 'a',
  B: 'b',
  left: 'a',
  right: 'b',
  leftvote: 'a',
  rightvote: 'b',
  tie: 'tie',
  Tie: 'tie',
  tievote: 'tie',
  // MT-bench's rule: a judge whose two orders disagree has said "tie"
  'tie (inconsistent)': 'tie',
  both_bad: 'both_bad',
  bothbad: 'both_bad',
  'both bad': 'both_bad',
  'tie (bothbad)': 'both_bad',
  bothbad_vote: 'both_bad',
};
