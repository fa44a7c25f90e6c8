import type { ComparisonColumns, RatingResult, RatingSettings } from '@agon/domain';
import { bootstrapBradleyTerry } from './bootstrap-bradley-terry.ts';
import type { ClusterCounter } from './cluster-counter.ts';
import { fitBradleyTerry } from './fit-bradley-terry.ts';
import { fromCovariance, type GroupIntervals, withoutIntervals } from './group-intervals.ts';
import { countComparisons } from './pair-table.ts';
import { type CoreFit, rateCores } from './rate-cores.ts';
import { type FittedGroup, sandwichCovariance } from './sandwich-covariance.ts';
import { type Tally, tallyComparisons } from './tally-comparisons.ts';
import type { Threads } from './threads.ts';

/**
 * Bradley–Terry ratings. Each connected group is rated on its own (no number compares models of two groups); models
 * that won or lost everything have no finite rating and stay null. Both are said in the warnings.
 */
export function rateBradleyTerry(
  columns: ComparisonColumns,
  settings: RatingSettings,
  threads?: Threads,
): RatingResult {
  return rateTally(columns, columns.length, settings, tallyComparisons(columns, settings, threads), {
    threads,
  });
}

type FitAids = {
  readonly threads?: Threads | undefined;
  /** Where the search begins, see `startFrom`. */
  readonly start?: Float64Array | null;
  /** The comparisons by cluster, where the settings ask for one kind of cluster. */
  readonly clusters?: ClusterCounter | undefined;
};

/**
 * The same from counts: `columns` is read only where the settings ask for single comparisons (clusters, or a bootstrap
 * of weighted ones). `read`: comparisons seen, refused ones among them.
 */
export function rateTally(
  columns: ComparisonColumns,
  read: number,
  settings: RatingSettings,
  tally: Tally,
  { threads, start = null, clusters }: FitAids = {},
): RatingResult {
  const { result } = rateCores(columns, settings, tally, ({ members, table, place, anchor }): CoreFit => {
    const fit = fitBradleyTerry(table, startFrom(start, members));
    return {
      theta: fit.theta,
      iterations: fit.iterations,
      intervals: estimateIntervals({ columns, settings, place, table, fit, clusters }, anchor, threads),
      used: countComparisons(table),
    };
  });
  // a tie model without ties is this model, whatever the settings call it
  return { ...result, method: 'bradley-terry', comparisons: { ...result.comparisons, read } };
}

/** Logits of a group's members from those of all models (NaN for unknown); null, a start from nothing, where one is new. */
function startFrom(start: Float64Array | null, members: readonly number[]): Float64Array | null {
  if (start === null) return null;
  const own = Float64Array.from(members, (model) => start[model] ?? Number.NaN);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  return Number.isFinite(mean) ? own.map((value) => value - mean) : null;
}

function estimateIntervals(group: FittedGroup, anchor: number, threads: Threads | undefined): GroupIntervals {
  const { settings, fit } = group;
  switch (settings.interval) {
    case 'none':
      return withoutIntervals([]);
    case 'fisher':
      return fromCovariance(fit.theta, fit.inverse, anchor, settings.seed, []);
    case 'sandwich': {
      const { matrix, warnings, ...facts } = sandwichCovariance(group);
      if (matrix === null) return withoutIntervals(warnings);
      return fromCovariance(fit.theta, matrix, anchor, settings.seed, warnings, facts);
    }
    case 'bootstrap':
      return bootstrapBradleyTerry(group, anchor, threads);
  }
}
