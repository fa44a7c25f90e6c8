import type { Board, Unified } from '@agon/contract';
import { type Search, sourceOf, type Tab } from './board-address.ts';
import { columnsOf, ratingColumns, unifiedColumns } from './board-columns.ts';
import { keepModels } from './model-filter.ts';
import { type RatingRow, ratingRows, ratingValue } from './rating-rows.ts';
import { orderOf, orderRows } from './row-order.ts';
import { scoreRecords, shownRecords, type TableRecord, unifiedRecords } from './table-file.ts';
import { type UnifiedRow, unifiedRows, unifiedValue } from './unified-rows.ts';

/** The rows of a source's table, filtered and in the order that the URL asks for. */
export function shownRatingRows(board: Board, source: 'people' | 'judges', search: Search): RatingRow[] {
  return orderRows(keepModels(ratingRows(board, source), board.models, search), orderOf(search), ratingValue);
}

/** The rows of the unified table, filtered and in the order that the URL asks for. */
export function shownUnifiedRows(board: Board, unified: Unified, search: Search): UnifiedRow[] {
  return orderRows(
    keepModels(unifiedRows(unified, board.models), board.models, search),
    orderOf(search),
    unifiedValue,
  );
}

/** The table of a tab as records of a file; null where the tab has no table. */
export function tableOf(tab: Tab, board: Board, unified: Unified, search: Search): TableRecord[] | null {
  const names = board.benchmarks.map(({ name }) => name);
  switch (tab) {
    case 'unified':
      return unifiedRecords(
        shownUnifiedRows(board, unified, search),
        columnsOf(search, unifiedColumns(names)),
      );
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
    default:
      return null;
  }
}
