import { type CardItem, pointsOf } from './judged-item.ts';

/**
 * How much of an item's mean vote is chance: variance of the mean, squared points. Of items with several votes from
 * these votes (unbiased), of items with one from all of the others together; null where no item has two.
 */
export function voteNoise(
  items: readonly Pick<CardItem, 'votes'>[],
): ((item: Pick<CardItem, 'votes'>) => number) | null {
  let [squares, freedom] = [0, 0];
  for (const { votes } of items) {
    if (votes.length < 2) continue;
    squares += spreadOf(votes);
    freedom += votes.length - 1;
  }
  if (freedom === 0) return null;
  const pooled = squares / freedom;
  return ({ votes }) =>
    votes.length < 2
      ? pooled / Math.max(1, votes.length)
      : spreadOf(votes) / (votes.length - 1) / votes.length;
}

/** Mean points of slot a, 0..1. @throws nothing; NaN without votes */
export function meanVote(votes: CardItem['votes']): number {
  return votes.reduce((sum, vote) => sum + pointsOf(vote), 0) / votes.length;
}

function spreadOf(votes: CardItem['votes']): number {
  const mean = meanVote(votes);
  return votes.reduce((sum, vote) => sum + (pointsOf(vote) - mean) ** 2, 0);
}
