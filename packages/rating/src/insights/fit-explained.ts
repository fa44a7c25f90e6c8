import type { ComparisonColumns, RatingInsights, RatingResult, RatingSettings } from '@agon/domain';
import { rateCounts } from '../bradley-terry/fit-counts.ts';
import { rateTally } from '../bradley-terry/rate-bradley-terry.ts';
import { checkSettings } from '../check-settings.ts';
import type { ClusterCounter } from '../covariance/cluster-counter.ts';
import { warnOfClusters } from '../covariance/warn-of-clusters.ts';
import { fitRatings } from '../fit-ratings.ts';
import type { PairCounter } from '../pairs/pair-counter.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { prepareColumns } from '../prepare-columns.ts';
import type { Threads } from '../threads/threads.ts';
import { explainGroups, isExplained } from './explain-ratings.ts';

export type ExplainedRatings = { readonly result: RatingResult; readonly insights: RatingInsights | null };

/** `fitRatings` and `explainRatings` at once: counts and covariances, which both need, are made once. */
export function fitExplained(
  given: ComparisonColumns,
  settings: RatingSettings,
  threads?: Threads,
): ExplainedRatings {
  if (!isExplained(settings)) return { result: fitRatings(given, settings, threads), insights: null };
  checkSettings(given, settings);
  const columns = prepareColumns(given, settings);
  const tally = tallyComparisons(columns, settings);
  const { result, groups } = rateTally(columns, columns.length, settings, tally, { threads });
  return { result: warnOfClusters(result), insights: explainGroups(columns, settings, groups) };
}

/** `fitCounts`, and what `explainRatings` would say of the comparisons that were counted. */
export function fitCountsExplained(
  models: readonly string[],
  counter: PairCounter,
  settings: RatingSettings,
  clusters?: ClusterCounter,
): ExplainedRatings {
  const { columns, result, groups } = rateCounts(models, counter, settings, undefined, clusters);
  const insights = isExplained(settings) ? explainGroups(columns, settings, groups, clusters) : null;
  return { result, insights };
}
