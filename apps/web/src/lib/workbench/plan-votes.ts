import { votesToSeparate, winProbability } from '@agon/rating/planner';

export type VotePlan = {
  /** Win rate that a gap means, 0.5..1. */
  readonly winRate: number;
  /** Votes straight between two models that show the gap. */
  readonly betweenTwo: number;
  /** Votes of the whole campaign, drawn evenly over all pairs, that tell any two models that far apart. */
  readonly inAll: number;
};

/**
 * How many votes a campaign needs. N votes straight between two models fix their difference as well as n on each of all
 * pairs of k models do when n = 2N/k: then the variance of a difference is 2/(n k w) = 1/(N w), with w the information of
 * one vote (the Laplacian of an even design is n w (k I - J)). All pairs together that is N (k - 1).
 * @param gapElo smallest gap that should show, in Elo points, > 0
 * @param tieShare 0 <= share < 1
 * @param models k, at least 2
 */
export function planVotes(gapElo: number, tieShare: number, models: number): VotePlan {
  const betweenTwo = votesToSeparate(gapElo, tieShare);
  return { winRate: winProbability(gapElo, 0), betweenTwo, inAll: betweenTwo * (Math.max(2, models) - 1) };
}
