import type { ComparisonColumns, RatingResult, RatingSettings } from '@agon/domain';
import type { ClusterCounter } from '../covariance/cluster-counter.ts';
import { type Covariance, type FittedGroup, sandwichCovariance } from '../covariance/sandwich-covariance.ts';
import { fromCovariance, type GroupIntervals, withoutIntervals } from '../intervals/group-intervals.ts';
import { countComparisons, type PairTable } from '../pairs/pair-table.ts';
import type { Tally } from '../pairs/tally.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { rateCores } from '../rate-cores.ts';
import type { Threads } from '../threads/threads.ts';
import { bootstrapBradleyTerry } from './bootstrap-bradley-terry.ts';
import { fitBradleyTerry } from './fit-bradley-terry.ts';

/**
 * Bradley–Terry ratings. Each connected group is rated on its own (no number compares models of two groups); models
 * that won or lost everything have no finite rating and stay null. Both are said in the warnings.
 */
export function rateBradleyTerry(
  columns: ComparisonColumns,
  settings: RatingSettings,
  threads?: Threads,
): RatingResult {
  const tally = tallyComparisons(columns, settings);
  return rateTally(columns, columns.length, settings, tally, { threads }).result;
}

type FitAids = {
  readonly threads?: Threads | undefined;
  /** Where the search begins, see `startFrom`. */
  readonly start?: Float64Array | null;
  /** The comparisons by cluster, where the settings ask for one kind of cluster. */
  readonly clusters?: ClusterCounter | undefined;
};

/** Models that were rated together, numbered as in `table`. `covariance`: null where none was made. */
export type RatedGroup = {
  readonly members: readonly number[];
  readonly table: PairTable;
  readonly covariance: Pick<Covariance, 'matrix' | 'degrees'> | null;
};

export type RatedTally = { readonly result: RatingResult; readonly groups: readonly RatedGroup[] };

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
): RatedTally {
  const { result, fits } = rateCores(columns, settings, tally, ({ members, table, place, anchor }) => {
    const fit = fitBradleyTerry(table, startFrom(start, members));
    const group = { columns, settings, place, table, fit, clusters };
    const covariance = covarianceOf(group);
    return {
      theta: fit.theta,
      iterations: fit.iterations,
      intervals: estimateIntervals(group, covariance, anchor, threads),
      used: countComparisons(table),
      members,
      table,
      covariance,
    };
  });
  // a tie model without ties is this model, whatever the settings call it
  const named: RatingResult = {
    ...result,
    method: 'bradley-terry',
    comparisons: { ...result.comparisons, read },
  };
  return { result: named, groups: fits };
}

function covarianceOf(group: FittedGroup): Covariance | null {
  switch (group.settings.interval) {
    case 'fisher':
      return { matrix: group.fit.inverse, root: null, degrees: Number.POSITIVE_INFINITY, warnings: [] };
    case 'sandwich':
      return sandwichCovariance(group);
    case 'none':
    case 'bootstrap':
      return null;
  }
}

/** Logits of a group's members from those of all models (NaN for unknown); null, a start from nothing, where one is new. */
function startFrom(start: Float64Array | null, members: readonly number[]): Float64Array | null {
  if (start === null) return null;
  const own = Float64Array.from(members, (model) => start[model] ?? Number.NaN);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  return Number.isFinite(mean) ? own.map((value) => value - mean) : null;
}

function estimateIntervals(
  group: FittedGroup,
  covariance: Covariance | null,
  anchor: number,
  threads: Threads | undefined,
): GroupIntervals {
  const { settings, fit } = group;
  if (settings.interval === 'bootstrap') return bootstrapBradleyTerry(group, anchor, threads);
  if (covariance === null) return withoutIntervals([]);
  const { matrix, warnings, ...facts } = covariance;
  if (matrix === null) return withoutIntervals(warnings);
  return fromCovariance(fit.theta, matrix, anchor, settings.seed, warnings, facts);
}
