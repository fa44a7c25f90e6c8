import type { ComparisonColumns, ModelRating } from '@agon/domain';
import type { Tally } from './tally.ts';

/** What one method says of one model; the counts are added when the list is made. */
export type RatedModel = Omit<ModelRating, 'model' | 'comparisons' | 'wins' | 'losses' | 'ties'>;

export const UNRATED: RatedModel = {
  rating: null,
  low: null,
  high: null,
  rank: null,
  rankLow: null,
  rankHigh: null,
};

/** Group by group, models by rank inside it (then by name); then, by name, what has no rank. */
export function listModels(
  columns: Pick<ComparisonColumns, 'models'>,
  groups: readonly (readonly number[])[],
  tally: Tally,
  rated: ReadonlyMap<number, RatedModel>,
  unrated: RatedModel = UNRATED,
): ModelRating[] {
  const name = (model: number): string => columns.models[model]!;
  const byName = (x: number, y: number): number => (name(x) < name(y) ? -1 : 1);
  const rankOf = (model: number): number | null => rated.get(model)?.rank ?? null;
  const ranked = groups.flatMap((group) =>
    group.filter((model) => rankOf(model) !== null).sort((x, y) => rankOf(x)! - rankOf(y)! || byName(x, y)),
  );
  const rest = columns.models
    .map((_, model) => model)
    .filter((model) => rankOf(model) === null)
    .sort(byName);
  return [...ranked, ...rest].map((model) => {
    const wins = tally.wins[model]!;
    const losses = tally.losses[model]!;
    const ties = tally.ties[model]!;
    return {
      model: name(model),
      ...(rated.get(model) ?? unrated),
      comparisons: wins + losses + ties,
      wins,
      losses,
      ties,
    };
  });
}

/** Elo points within which two ratings are one, and share a rank: far above rounding, far below meaning. */
export const SAME_RATING = 1e-7;

/** 1 + how many are higher; values within `same` of each other share a place. */
export function ranksByValue(values: ArrayLike<number>, same: number): number[] {
  return Array.from(values, (own) => {
    let rank = 1;
    for (let other = 0; other < values.length; other += 1) if (values[other]! > own + same) rank += 1;
    return rank;
  });
}
