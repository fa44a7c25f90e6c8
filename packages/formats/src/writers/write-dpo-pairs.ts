/** Votes on two answers to one prompt, counted. */
export type PreferencePair = {
  readonly prompt: string;
  readonly answerA: string;
  readonly answerB: string;
  readonly modelA: string;
  readonly modelB: string;
  readonly wins: number;
  readonly losses: number;
  /** Ties and "both bad": they lower the agreement, and choose nobody. */
  readonly ties: number;
};

/**
 * Preference pairs as trainers of DPO read them (`prompt`, `chosen`, `rejected`), one a line, the clearest first. Pairs
 * that votes do not decide are left out. `agreement`: share of votes for the chosen answer; `margin`: that less the
 * share for the other, 0..1.
 */
export function writeDpoPairs(pairs: readonly PreferencePair[]): string {
  return pairs
    .flatMap((pair) => {
      if (pair.wins === pair.losses) return [];
      const isA = pair.wins > pair.losses;
      const votes = pair.wins + pair.losses + pair.ties;
      const [ahead, behind] = isA ? [pair.wins, pair.losses] : [pair.losses, pair.wins];
      return [
        {
          prompt: pair.prompt,
          chosen: isA ? pair.answerA : pair.answerB,
          rejected: isA ? pair.answerB : pair.answerA,
          chosen_model: isA ? pair.modelA : pair.modelB,
          rejected_model: isA ? pair.modelB : pair.modelA,
          votes,
          agreement: ahead / votes,
          margin: (ahead - behind) / votes,
        },
      ];
    })
    .sort((x, y) => y.margin - x.margin || y.votes - x.votes)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
}
