import type { RatingResult, RatingSettings } from '@agon/domain';
import type { ArrowComparisons } from '@agon/formats/arrow';
import { fitCounts, PairCounter } from '@agon/rating/counts';
import { helperThreads } from './helper-threads.ts';

/**
 * Ratings from pair counts, filled chunk by chunk while the file is read: memory does not grow with the votes.
 * Null where the settings, or rows without a value, ask for every row by itself.
 */
export function rankArrowFile(comparisons: ArrowComparisons, settings: RatingSettings): RatingResult | null {
  const { method, ties, cluster, interval, reweight, prior } = settings;
  const byCounts =
    method === 'bradley-terry' &&
    ties !== 'model' &&
    reweight === 'none' &&
    prior === null &&
    (cluster === 'none' || interval === 'fisher' || interval === 'none');
  if (!byCounts || !comparisons.isRegular) return null;
  const counter = count(comparisons, null);
  const { wins, losses, ties: drawn } = counter.tally({ ties: 'half', bothBad: 'tie' });
  const { models } = comparisons;
  const used = models.filter((_, model) => wins[model]! + losses[model]! + drawn[model]! > 0);
  if (used.length === models.length || used.length === 0) {
    return fitCounts(models, counter, settings, helperThreads());
  }
  // a dictionary may name models that no row has: they are no part of the ranking
  const place = new Map(used.map((name, at) => [name, at]));
  const renumbered = Int32Array.from(models, (name) => place.get(name) ?? -1);
  return fitCounts(used, count(comparisons, renumbered), settings, helperThreads());
}

function count(comparisons: ArrowComparisons, renumbered: Int32Array | null): PairCounter {
  if (renumbered === null) {
    const counter = new PairCounter(comparisons.models.length);
    for (const chunk of comparisons.chunks()) counter.add(chunk);
    return counter;
  }
  const counter = new PairCounter(Math.max(...renumbered) + 1);
  const number = (map: Int32Array | undefined) =>
    map === undefined ? renumbered : map.map((model) => (model < 0 ? -1 : renumbered[model]!));
  for (const chunk of comparisons.chunks())
    counter.add({ ...chunk, modelOfA: number(chunk.modelOfA), modelOfB: number(chunk.modelOfB) });
  return counter;
}
