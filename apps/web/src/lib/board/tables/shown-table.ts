import type { Board, BoardCategories, Unified } from '@agon/contract';
import type { ComparisonSource } from '@agon/domain';
import { type Search, sourceOf, type Tab } from '#lib/board/switches/board-address.ts';
import { keepModels } from '#lib/board/switches/model-filter.ts';
import { columnsOf, ratingColumns, unifiedColumns } from './board-columns.ts';
import { type CapabilityRow, capabilityRows, capabilityValue } from './capability-rows.ts';
import { type RatingRow, ratingRows, ratingValue } from './rating-rows.ts';
import { orderOf, orderRows } from './row-order.ts';
import {
  categoryRecords,
  scoreRecords,
  shownRecords,
  type TableRecord,
  unifiedRecords,
} from './table-file.ts';
import { type UnifiedRow, unifiedRows, unifiedValue } from './unified-rows.ts';

/** The rows of a source's table, filtered and in the order that the URL asks for. */
export function shownRatingRows(board: Board, source: ComparisonSource, search: Search): RatingRow[] {
  const groupOf = groupPlaces(board[source]?.fit.components ?? []);
  return orderRows(
    keepModels(ratingRows(board, source), board.models, search),
    orderOf(search),
    (row, key) =>
      // ranks of models that never met begin anew: by rank one group stands after the other
      key === 'rank' && row.rank !== null
        ? row.rank + (groupOf.get(row.model) ?? 0) * board.models.length
        : ratingValue(row, key),
  );
}

/** By model, how many groups of models that can be compared are larger than its own, or stand before it. */
function groupPlaces(components: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const groups = [...components].sort((x, y) => y.length - x.length);
  return new Map(groups.flatMap((models, place) => models.map((model) => [model, place] as const)));
}

/** The rows of the unified table, filtered and in the order that the URL asks for. */
export function shownUnifiedRows(board: Board, unified: Unified, search: Search): UnifiedRow[] {
  return orderRows(
    keepModels(unifiedRows(unified, board.models), board.models, search),
    orderOf(search),
    unifiedValue,
  );
}

/** The rows of the table of categories, filtered and in the order that the URL asks for. */
export function shownCapabilityRows(
  board: Board,
  { query, categories }: BoardCategories,
  search: Search,
): CapabilityRow[] {
  const rows = capabilityRows(board, query.source, categories);
  return orderRows(keepModels(rows, board.models, search), orderOf(search), capabilityValue);
}

/** What the page holds; the unified ranking and categories only where their tab is open. */
export type BoardData = {
  readonly board: Board;
  readonly unified: Unified | null;
  readonly categories: BoardCategories | null;
};

/** The table of a tab as records of a file; null where the tab has no table. */
export function tableOf(
  tab: Tab,
  { board, unified, categories }: BoardData,
  search: Search,
): TableRecord[] | null {
  const names = board.benchmarks.map(({ name }) => name);
  switch (tab) {
    case 'unified':
      return unified === null
        ? null
        : unifiedRecords(shownUnifiedRows(board, unified, search), columnsOf(search, unifiedColumns(names)));
    case 'people':
    case 'judges': {
      const source = sourceOf(tab);
      if (board[source] === null) return null;
      return shownRecords(
        shownRatingRows(board, source, search),
        columnsOf(search, ratingColumns(names)),
        source,
      );
    }
    case 'benchmarks':
      return scoreRecords(shownRatingRows(board, 'people', search), board.scores);
    case 'capability':
      return categories === null
        ? null
        : categoryRecords(shownCapabilityRows(board, categories, search), categories.categories);
    default:
      return null;
  }
}
