import { ArenaError, type ComparisonColumns, type RatingResult, type RatingSettings } from '@agon/domain';
import { checkSettings } from '../check-settings.ts';
import type { ClusterCounter } from '../covariance/cluster-counter.ts';
import { warnOfClusters } from '../covariance/warn-of-clusters.ts';
import { ELO_PER_LOGIT } from '../elo-scale.ts';
import type { PairCounter } from '../pairs/pair-counter.ts';
import type { Tally } from '../pairs/tally.ts';
import { noComparisons } from '../pairs/tally-comparisons.ts';
import type { Threads } from '../threads/threads.ts';
import { type RatedTally, rateTally } from './rate-bradley-terry.ts';

/**
 * Bradley–Terry ratings from counts of pairs, equal to `fitRatings` on the comparisons that were counted. The cost
 * depends on the models alone: the same after a thousand votes and after ten million. A second fit of one counter begins
 * where the first ended, so its last bits depend on what was fitted before: ratings by less than 1e-9 points.
 * @param models names by number; as many as `counter` has
 * @param threads that may help with a bootstrap; the result is the same without
 * @param clusters the same comparisons by the cluster that `clusterToCount` names: the cost then grows with the pairs of
 * models in each cluster, and no more once every pair has met in it
 * @throws ArenaError('invalid_request') where the settings need the comparisons themselves: another method, or clusters
 * @throws as `fitRatings`
 */
export function fitCounts(
  models: readonly string[],
  counter: PairCounter,
  settings: RatingSettings,
  threads?: Threads,
  clusters?: ClusterCounter,
): RatingResult {
  return rateCounts(models, counter, settings, threads, clusters).result;
}

/** The same with the groups that were rated. `columns`: the models, without a comparison. */
export function rateCounts(
  models: readonly string[],
  counter: PairCounter,
  settings: RatingSettings,
  threads?: Threads,
  clusters?: ClusterCounter,
): RatedTally & { readonly columns: ComparisonColumns } {
  checkSettings({ models }, settings);
  const tally = tallyCounted(counter, settings, clusters);
  const none = new Int32Array(0);
  const columns = { length: 0, models, a: none, b: none, outcome: new Int8Array(0) };
  const aids = { threads, start: counter.start, clusters };
  const { result, groups } = rateTally(columns, counter.read, settings, tally, aids);
  counter.start = logitsOf(result, models);
  return { columns, result: warnOfClusters(result), groups };
}

/** The counts, where they are enough for these settings. @throws as `fitCounts` */
function tallyCounted(counter: PairCounter, settings: RatingSettings, clusters?: ClusterCounter): Tally {
  if (!countsSuffice(settings) && (clusters === undefined || clusterToCount(settings) === null)) {
    throw new ArenaError(
      'invalid_request',
      'These settings need every comparison, not only counts of pairs.',
      {
        hint: 'Counts are enough for the method bradley-terry without clusters; with those of one kind, so are counts by cluster.',
        data: { method: settings.method, interval: settings.interval, cluster: settings.cluster },
      },
    );
  }
  const tally = counter.tally(settings);
  if (tally.used === 0) throw noComparisons({ length: counter.read }, tally.excluded);
  return tally;
}

function logitsOf(result: RatingResult, models: readonly string[]): Float64Array {
  const ratings = new Map(result.models.map(({ model, rating }) => [model, rating]));
  return Float64Array.from(models, (model) => (ratings.get(model) ?? Number.NaN) / ELO_PER_LOGIT);
}

/** Whether a fit under these settings needs only counts of pairs, where every comparison weighs 1 and has no share. */
export function countsSuffice(settings: RatingSettings): boolean {
  return settings.method === 'bradley-terry' && settings.ties !== 'model' && !needsRows(settings);
}

/** The kind of cluster by which comparisons must be counted beside their pairs, where that suffices for a fit; else null. */
export function clusterToCount(settings: RatingSettings): 'rater' | 'prompt' | null {
  const { interval, cluster, reweight, prior } = settings;
  const single = cluster === 'rater' || cluster === 'prompt';
  if (!single || interval !== 'sandwich' || reweight !== 'none' || prior !== null) return null;
  return settings.method === 'bradley-terry' && settings.ties !== 'model' ? cluster : null;
}

/** Only these intervals read the rows, and only for clusters; weights of pairs are set row by row. */
function needsRows({ interval, cluster, reweight, prior }: RatingSettings): boolean {
  if (reweight !== 'none' || prior !== null) return true;
  return cluster !== 'none' && (interval === 'sandwich' || interval === 'bootstrap');
}
