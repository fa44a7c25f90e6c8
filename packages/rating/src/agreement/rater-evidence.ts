/** One vote of a rater: what the others' ratings expect, and what it was; in the rater's own slots. */
export type ExpectedVote = {
  /** P(a), P(b), P(tie); fitted without this rater. */
  readonly expected: readonly [number, number, number];
  /** 0: a, 1: b, 2: tie. */
  readonly outcome: 0 | 1 | 2;
};

/** A way of voting that has little to do with the answers. */
export type Habit = (vote: ExpectedVote) => readonly [number, number, number];

/** Any outcome alike; never a tie; against what is expected; always one slot. */
export const HABITS: Readonly<Record<string, Habit>> = {
  uniform: () => [1 / 3, 1 / 3, 1 / 3],
  coin: () => [0.49, 0.49, 0.02],
  reversed: ({ expected: [a, b, tie] }) => [b, a, tie],
  'always-a': () => [0.96, 0.02, 0.02],
  'always-b': () => [0.02, 0.96, 0.02],
};

export type RaterEvidence = {
  /** The largest mean of likelihood ratios so far: under honest voting it passes 1/α with chance at most α. */
  readonly evidence: number;
  /** After how many votes it was reached. */
  readonly after: number;
  /** The habit that explains the votes best. */
  readonly habit: string;
};

/**
 * Evidence that a rater does not vote on the answers: a mean of likelihood ratios of fixed habits against what everybody
 * else's votes expect. It may be looked at after every vote (Ville's inequality; Ramdas, Grünwald, Vovk and Shafer,
 * 2023, Statistical Science 38(4)).
 */
export function raterEvidence(
  votes: readonly ExpectedVote[],
  habits: Readonly<Record<string, Habit>> = HABITS,
): RaterEvidence {
  const names = Object.keys(habits);
  const logs = names.map(() => 0);
  let best: RaterEvidence = { evidence: 1, after: 0, habit: names[0] ?? '' };
  votes.forEach((vote, at) => {
    names.forEach((name, k) => {
      logs[k]! += Math.log(habits[name]!(vote)[vote.outcome]) - Math.log(vote.expected[vote.outcome]);
    });
    const top = Math.max(...logs);
    const evidence = Math.exp(top) * (logs.reduce((sum, log) => sum + Math.exp(log - top), 0) / names.length);
    if (evidence > best.evidence) {
      best = {
        evidence: Math.min(evidence, Number.MAX_VALUE),
        after: at + 1,
        habit: names[logs.indexOf(top)]!,
      };
    }
  });
  return best;
}
