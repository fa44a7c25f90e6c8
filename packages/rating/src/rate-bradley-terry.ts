import type { ComparisonColumns, RatingResult, RatingSettings, RatingWarning } from '@agon/domain';
import { bootstrapBradleyTerry } from './bootstrap-bradley-terry.ts';
import { type ConnectedModels, connectModels } from './connected-models.ts';
import { ELO_PER_LOGIT } from './elo-scale.ts';
import { fitBradleyTerry } from './fit-bradley-terry.ts';
import { fromCovariance, type GroupIntervals, withoutIntervals } from './group-intervals.ts';
import { listModels, type RatedModel, ranksByValue } from './list-models.ts';
import { sliceTable } from './pair-table.ts';
import { connectionWarnings, listNames, thinDataWarning } from './rating-warnings.ts';
import { type FittedGroup, sandwichCovariance } from './sandwich-covariance.ts';
import { type Tally, tallyComparisons } from './tally-comparisons.ts';

/**
 * Bradley–Terry ratings. Each connected group is rated on its own (no number compares models of two groups); models
 * that won or lost everything have no finite rating and stay null. Both are said in the warnings.
 */
export function rateBradleyTerry(columns: ComparisonColumns, settings: RatingSettings): RatingResult {
  return rateTally(columns, columns.length, settings, tallyComparisons(columns, settings));
}

/**
 * The same from counts: `columns` is read only where the settings ask for single comparisons (clusters, or a bootstrap
 * of weighted ones). `read`: comparisons seen, refused ones among them.
 */
export function rateTally(
  columns: ComparisonColumns,
  read: number,
  settings: RatingSettings,
  tally: Tally,
): RatingResult {
  const connected = connectModels(tally.table);
  const warnings: RatingWarning[] = [...connectionWarnings(columns.models, connected, tally)];
  const rated = new Map<number, RatedModel>();
  let iterations = 0;
  let used = 0;
  connected.cores.forEach((core, group) => {
    if (core.length === 0) return;
    const fitted = rateCore(columns, settings, core, tally);
    iterations = Math.max(iterations, fitted.iterations);
    used += fitted.used;
    for (const warning of fitted.warnings) warnings.push(inGroup(warning, group, connected, columns.models));
    for (const [model, rating] of fitted.ratings) rated.set(model, rating);
  });
  const anchor = settings.anchor.model;
  if (anchor !== null) {
    if (!rated.has(columns.models.indexOf(anchor))) {
      warnings.push({
        code: 'anchor_unrated',
        message: `${anchor} cannot be rated, so it anchors nothing; the mean is at ${settings.anchor.value}.`,
      });
    } else if (connected.cores.filter((core) => core.length > 0).length > 1) {
      warnings.push({
        code: 'anchor_elsewhere',
        message: `${anchor} anchors only the models that it is connected with; in every other group the mean is at ${settings.anchor.value}.`,
      });
    }
  }
  warnings.push(...thinDataWarning(columns.models, tally));
  const separated = tally.used - used;
  return {
    method: 'bradley-terry',
    settings,
    comparisons: {
      read,
      used,
      excluded: [...tally.excluded, ...(separated > 0 ? [{ reason: 'separated', count: separated }] : [])],
    },
    fit: {
      converged: rated.size > 0,
      iterations,
      components: connected.components.map((group) => group.map((model) => columns.models[model]!)),
    },
    models: listModels(columns, connected.cores, tally, rated),
    warnings,
  };
}

function rateCore(
  columns: ComparisonColumns,
  settings: RatingSettings,
  core: readonly number[],
  tally: Tally,
): {
  readonly iterations: number;
  readonly used: number;
  readonly warnings: readonly RatingWarning[];
  readonly ratings: readonly (readonly [number, RatedModel])[];
} {
  const table = sliceTable(tally.table, core);
  const fit = fitBradleyTerry(table);
  const place = new Int32Array(columns.models.length).fill(-1);
  core.forEach((model, i) => {
    place[model] = i;
  });
  const anchor =
    settings.anchor.model === null ? -1 : core.indexOf(columns.models.indexOf(settings.anchor.model));
  const intervals = estimateIntervals({ columns, settings, place, table, fit }, anchor);
  const origin = anchor < 0 ? 0 : fit.theta[anchor]!;
  const elo = Array.from(fit.theta, (value) => settings.anchor.value + ELO_PER_LOGIT * (value - origin));
  const ranks = ranksByValue(elo, SAME_RATING);
  return {
    iterations: fit.iterations,
    used: table.count.reduce((sum, count) => sum + count, 0),
    warnings: intervals.warnings,
    ratings: core.map((model, i) => {
      const { low, high, ranks: sets } = intervals;
      return [
        model,
        {
          rating: elo[i]!,
          low: low === null ? null : settings.anchor.value + ELO_PER_LOGIT * low[i]!,
          high: high === null ? null : settings.anchor.value + ELO_PER_LOGIT * high[i]!,
          rank: ranks[i]!,
          rankLow: sets?.[i]?.low ?? null,
          rankHigh: sets?.[i]?.high ?? null,
        },
      ];
    }),
  };
}

/** Elo points within which two ratings are one, and share a rank: far above rounding, far below meaning. */
export const SAME_RATING = 1e-7;

function estimateIntervals(group: FittedGroup, anchor: number): GroupIntervals {
  const { settings, fit } = group;
  switch (settings.interval) {
    case 'none':
      return withoutIntervals([]);
    case 'fisher':
      return fromCovariance(fit.theta, fit.inverse, anchor, settings.seed, []);
    case 'sandwich': {
      const { matrix, warnings } = sandwichCovariance(group);
      if (matrix === null) return withoutIntervals(warnings);
      return fromCovariance(fit.theta, matrix, anchor, settings.seed, warnings);
    }
    case 'bootstrap':
      return bootstrapBradleyTerry(group, anchor);
  }
}

function inGroup(
  warning: RatingWarning,
  group: number,
  connected: ConnectedModels,
  names: readonly string[],
): RatingWarning {
  if (connected.components.length === 1) return warning;
  const members = connected.components[group]!.map((model) => names[model]!);
  return { code: warning.code, message: `Among ${listNames(members)}: ${warning.message}` };
}
