import type { CombineRule } from './judge.ts';
import type { JudgeReading } from './read-judge-reply.ts';

/** Probabilities nearer to 0 or 1 than this are taken as this: a label said with certainty has no finite logit. */
const SUREST = 1e-6;

function logit(probability: number): number {
  const p = Math.min(1 - SUREST, Math.max(SUREST, probability));
  return Math.log(p / (1 - p));
}

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/**
 * What two orders say apart: with l1 = logit P(first shown) where a is first and l2 where b is first, the preference
 * is d = (l1 − l2) / 2 and the slot bias b = (l1 + l2) / 2. Exact, for each item.
 * @param pFirstWhenAFirst probability, 0..1, that what is shown first is better, where a is
 * @param pFirstWhenBFirst the same where b is shown first
 * @returns logits; preference > 0: for a; slotBias > 0: for the first slot
 */
export function splitSwap(
  pFirstWhenAFirst: number,
  pFirstWhenBFirst: number,
): { readonly preference: number; readonly slotBias: number } {
  const [l1, l2] = [logit(pFirstWhenAFirst), logit(pFirstWhenBFirst)];
  return { preference: (l1 - l2) / 2, slotBias: (l1 + l2) / 2 };
}

const VALUES = { a: 1, tie: 0.5, b: 0 } as const;

/**
 * One reading from both orders, both in the battle's own slots. `logit_mean` is the logistic of the swap's preference,
 * `prob_mean` the mean of both probabilities, where labels count as 1, ½ and 0. `agree_else_tie`: what both say, else
 * a tie, as MT-bench has it. `separate`: two verdicts, which have no common reading unless they agree. An unscored
 * order leaves the whole unscored: half of a swap cannot be told from slot bias.
 */
export function combineOrders(
  rule: CombineRule,
  ab: JudgeReading,
  ba: JudgeReading,
): JudgeReading | Inconsistent {
  if (ab.kind === 'unscored') return ab;
  if (ba.kind === 'unscored') return ba;
  if (ab.kind !== 'preference' || ba.kind !== 'preference') return ab;
  const [x, y] = [ab, ba].map(({ shareA, outcome }) => shareA ?? VALUES[outcome]) as [number, number];
  const coverage = ab.coverage === null || ba.coverage === null ? null : Math.min(ab.coverage, ba.coverage);
  const scored = (shareA: number): JudgeReading => ({
    kind: 'preference',
    outcome: Math.abs(shareA - 0.5) < 1e-12 ? 'tie' : shareA > 0.5 ? 'a' : 'b',
    shareA,
    coverage,
  });
  switch (rule) {
    case 'logit_mean':
      return scored(logistic(splitSwap(x, 1 - y).preference));
    case 'prob_mean':
      return scored((x + y) / 2);
    case 'agree_else_tie':
      return {
        kind: 'preference',
        outcome: ab.outcome === ba.outcome ? ab.outcome : 'tie',
        shareA: ab.shareA === null || ba.shareA === null ? null : (x + y) / 2,
        coverage,
      };
    case 'separate':
      return ab.outcome === ba.outcome ? ab : { kind: 'unscored', reason: 'inconsistent_order' };
  }
}

export type Inconsistent = { readonly kind: 'unscored'; readonly reason: 'inconsistent_order' };
