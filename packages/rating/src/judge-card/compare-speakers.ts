import { type ClusterPart, clusteredMean } from './clustered-share.ts';
import { type CardItem, type CardLabel, type Estimate, peopleOf, type Speaker } from './judged-item.ts';

/**
 * By how much one speaker repeats people's winners more often than another, on the items where both speak: difference of
 * two shares, −1..1, with an interval by prompt for the difference itself, as both are held against the same votes.
 */
export function compareSpeakers<Item extends CardItem>(
  items: readonly Item[],
  one: Speaker<Item>,
  other: Speaker<Item>,
): Estimate {
  const clusters = new Map<string, ClusterPart>();
  for (const item of items) {
    const [first, second] = [one(item), other(item)];
    if (first.length === 0 || second.length === 0) continue;
    for (const vote of peopleOf(item)) {
      if (vote === 'tie') continue;
      const own = clusters.get(item.prompt) ?? { part: 0, whole: 0 };
      clusters.set(item.prompt, own);
      const weight = item.weight ?? 1;
      own.part += weight * (shareOf(first, vote) - shareOf(second, vote));
      own.whole += weight;
    }
  }
  return clusteredMean([...clusters.values()]);
}

function shareOf(labels: readonly CardLabel[], label: CardLabel): number {
  return labels.filter((each) => each === label).length / labels.length;
}
