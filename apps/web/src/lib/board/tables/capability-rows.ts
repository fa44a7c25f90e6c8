import type { Board, BoardCategories } from '@agon/contract';
import type { ComparisonSource } from '@agon/domain';
import { type Estimate, estimateOf } from './rating-rows.ts';

export type CapabilityRow = {
  readonly model: string;
  readonly title: string;
  readonly retired: boolean;
  readonly rank: number | null;
  readonly overall: Estimate;
  /** Rating by category; none where it has no comparison there, or no finite rating. */
  readonly categories: ReadonlyMap<string, Estimate>;
};

/** Every rated model of a source with its rating in each category, in the order of the board. */
export function capabilityRows(
  board: Board,
  source: ComparisonSource,
  categories: BoardCategories['categories'],
): CapabilityRow[] {
  const about = new Map(board.models.map((model) => [model.name, model]));
  const byCategory = categories.map(
    ({ category, models }) => [category, new Map((models ?? []).map((row) => [row.model, row]))] as const,
  );
  return (board[source]?.models ?? []).map((row) => ({
    model: row.model,
    title: about.get(row.model)?.title ?? row.model,
    retired: about.get(row.model)?.retired ?? false,
    rank: row.rank,
    overall: estimateOf(row),
    categories: new Map(
      byCategory.flatMap(([category, models]) => {
        const estimate = estimateOf(models.get(row.model));
        return estimate.value === null ? [] : [[category, estimate] as const];
      }),
    ),
  }));
}

/** What a row has under a column; categories go by their name. */
export function capabilityValue(row: CapabilityRow, key: string): number | string | null {
  switch (key) {
    case 'rank':
      return row.rank;
    case 'model':
      return row.model;
    case 'rating':
      return row.overall.value;
    default:
      return row.categories.get(key)?.value ?? null;
  }
}

/** On which side of the overall rating a category's whole interval lies; null where it holds it. */
export function sideOf(overall: number | null, { low, high }: Estimate): 'above' | 'below' | null {
  if (overall === null || low === null || high === null) return null;
  return low > overall ? 'above' : high < overall ? 'below' : null;
}
