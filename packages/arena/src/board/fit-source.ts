import type { BoardQuery } from '@agon/contract';
import {
  type BySlot,
  countsInOrder,
  isArenaError,
  type RatingInsights,
  type RatingResult,
  type RatingWarning,
  type StyleColumns,
} from '@agon/domain';
import { orderByTime } from '@agon/formats';
import {
  countsExplain,
  countsSuffice,
  explainRatings,
  fitCounts,
  fitCountsExplained,
  fitExplained,
  fitRatings,
} from '@agon/rating';
import type { ComparisonView } from './comparison-view.ts';
import { joinSources } from './join-sources.ts';
import { numberByAppearance } from './number-by-appearance.ts';
import { toRatingSettings } from './rating-query.ts';

export type FittedSource = {
  readonly result: RatingResult | null;
  readonly insights: RatingInsights | null;
  /** Why there is no result. */
  readonly empty: string | null;
};

const ORDERED_BY_TIME: RatingWarning = {
  code: 'ordered_by_time',
  message: 'The comparisons are counted in the order of their times: each has one.',
};

/**
 * Up to so many rows a fit reads them all, as a file's does, and says the same to the last bit; of more it reads counts that
 * are kept, begins where the fit before ended, and is the same to 1e-9 points.
 */
const EXACT_ROWS = 200_000;
/** On a larger board nobody reads a table of all pairs. */
const EXPLAINED_MODELS = 80;

/**
 * One source fitted under a query: from counts of pairs where they say everything, else from its rows.
 * @param keep `nothing`: counts by cluster would not be used again
 * @param style counts of the answers of the view's rows; null where the method needs none
 */
export function fitSource(
  view: ComparisonView,
  query: BoardQuery,
  style: BySlot<StyleColumns> | null = null,
  keep: 'view' | 'nothing' = 'view',
): FittedSource {
  return attempt(() => {
    const settings = toRatingSettings(query);
    const { models } = view;
    const explained = models.length <= EXPLAINED_MODELS;
    const byCounts = view.plain && view.length > EXACT_ROWS;
    const clusters = byCounts && keep === 'view' ? view.clusters(settings) : null;
    if (byCounts && (countsSuffice(settings) || clusters !== null)) {
      if (explained && countsExplain(settings, clusters)) {
        return fitCountsExplained(models, view.counter, settings, clusters ?? undefined);
      }
      const result = fitCounts(models, view.counter, settings, undefined, clusters ?? undefined);
      return { result, insights: explained ? explainRatings(view.columns(), settings) : null };
    }
    if (countsInOrder(settings.method)) {
      const inRowOrder = numberByAppearance(view.columns());
      const byTime = orderByTime(inRowOrder, view.times());
      const result = fitRatings(byTime ?? inRowOrder, settings);
      const warnings = byTime === null ? result.warnings : [...result.warnings, ORDERED_BY_TIME];
      return { result: { ...result, warnings }, insights: null };
    }
    const columns = { ...numberByAppearance(view.columns()), ...(style === null ? {} : { style }) };
    return explained
      ? fitExplained(columns, settings)
      : { result: fitRatings(columns, settings), insights: null };
  });
}

/** People's ratings, sharpened by the verdicts of judges on the same battles. */
export function fitPowered(people: ComparisonView, judges: ComparisonView, query: BoardQuery): FittedSource {
  return attempt(() => {
    const result = fitRatings(joinSources(people, judges), toRatingSettings(query));
    return { result, insights: null };
  });
}

function attempt(fit: () => Omit<FittedSource, 'empty'>): FittedSource {
  try {
    return { ...fit(), empty: null };
  } catch (error) {
    if (!isArenaError(error) || error.kind === 'bug') throw error;
    return { result: null, insights: null, empty: error.message };
  }
}
