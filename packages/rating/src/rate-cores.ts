import type { ComparisonColumns, RatingResult, RatingSettings, RatingWarning } from '@agon/domain';
import { ELO_PER_LOGIT } from './elo-scale.ts';
import type { GroupIntervals } from './intervals/group-intervals.ts';
import { type ConnectedModels, connectModels } from './pairs/connected-models.ts';
import { listModels, type RatedModel, ranksByValue, SAME_RATING } from './pairs/list-models.ts';
import { type PairTable, sliceTable } from './pairs/pair-table.ts';
import type { Tally } from './pairs/tally.ts';
import { connectionWarnings, foldWarnings, listNames, thinDataWarning } from './rating-warnings.ts';

/** One connected group to fit: `members` are codes of models, ascending; `anchor`: its number among them, or -1. */
export type Core = {
  readonly members: readonly number[];
  readonly table: PairTable;
  /** From a model's code to its number in the group, or -1. */
  readonly place: Int32Array;
  readonly anchor: number;
};

/** `theta`: logits, Σθ = 0; null where this method has no finite estimate for the group (`warnings` say why). */
export type CoreFit = {
  readonly theta: Float64Array | null;
  readonly iterations: number;
  readonly intervals: GroupIntervals;
  readonly used: number;
};

/**
 * Ratings group by group, for every method that maximises a likelihood: no number compares models of two groups, models
 * without a finite rating stay null, and the warnings say both.
 * @param connected the groups, where a method can fit other models than those with a finite maximum
 */
export function rateCores<T extends CoreFit>(
  columns: ComparisonColumns,
  settings: RatingSettings,
  tally: Tally,
  fitCore: (core: Core) => T,
  connected: ConnectedModels = connectModels(tally.table, columns.models),
): { readonly result: RatingResult; readonly fits: readonly T[] } {
  const warnings: RatingWarning[] = [...connectionWarnings(columns.models, connected, tally)];
  const rated = new Map<number, RatedModel>();
  const fits: T[] = [];
  const anchorCode = settings.anchor.model === null ? -1 : columns.models.indexOf(settings.anchor.model);
  let iterations = 0;
  let used = 0;
  let groups = 0;
  connected.cores.forEach((members, group) => {
    if (members.length === 0) return;
    const place = new Int32Array(columns.models.length).fill(-1);
    members.forEach((model, i) => {
      place[model] = i;
    });
    const anchor = members.indexOf(anchorCode);
    const fit = fitCore({ members, table: sliceTable(tally.table, members), place, anchor });
    fits.push(fit);
    for (const warning of fit.intervals.warnings) {
      warnings.push(inGroup(warning, group, connected, columns.models));
    }
    if (fit.theta === null) return;
    iterations = Math.max(iterations, fit.iterations);
    used += fit.used;
    groups += 1;
    for (const [model, rating] of onScale(fit, fit.theta, members, anchor, settings)) {
      rated.set(model, rating);
    }
  });
  warnings.push(...anchorWarning(settings, rated.has(anchorCode), groups));
  warnings.push(...thinDataWarning(columns.models, tally));
  const left = tally.used - used;
  return {
    result: {
      method: settings.method,
      settings,
      comparisons: {
        read: columns.length,
        used,
        excluded: [...tally.excluded, ...(left > 0 ? [{ reason: 'separated', count: left }] : [])],
      },
      fit: {
        converged: rated.size > 0,
        iterations,
        components: connected.components.map((names) => names.map((model) => columns.models[model]!)),
      },
      models: listModels(columns, connected.cores, tally, rated),
      warnings: foldWarnings(warnings),
    },
    fits,
  };
}

function onScale(
  fit: CoreFit,
  theta: Float64Array,
  members: readonly number[],
  anchor: number,
  settings: RatingSettings,
): (readonly [number, RatedModel])[] {
  const origin = anchor < 0 ? 0 : theta[anchor]!;
  const points = (logits: number): number => settings.anchor.value + ELO_PER_LOGIT * logits;
  const elo = Array.from(theta, (value) => points(value - origin));
  const ranks = ranksByValue(elo, SAME_RATING);
  const { low, high, ranks: sets } = fit.intervals;
  return members.map((model, i) => [
    model,
    {
      rating: elo[i]!,
      low: low === null ? null : points(low[i]!),
      high: high === null ? null : points(high[i]!),
      rank: ranks[i]!,
      rankLow: sets?.[i]?.low ?? null,
      rankHigh: sets?.[i]?.high ?? null,
    },
  ]);
}

function anchorWarning(settings: RatingSettings, isRated: boolean, groups: number): RatingWarning[] {
  const { model, value } = settings.anchor;
  if (model === null) return [];
  if (!isRated) {
    return [
      {
        code: 'anchor_unrated',
        message: `${model} cannot be rated, so it anchors nothing; the mean is at ${value}.`,
      },
    ];
  }
  if (groups < 2) return [];
  return [
    {
      code: 'anchor_elsewhere',
      message: `${model} anchors only the models that it is connected with; in every other group the mean is at ${value}.`,
    },
  ];
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
