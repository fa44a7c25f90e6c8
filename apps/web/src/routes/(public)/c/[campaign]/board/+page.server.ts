import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { boardQueryOf, sourceQueryOf, tabOf } from '#lib/board/board-address.ts';
import { pageBoard } from '#lib/board/page-board.ts';
import { snapshotChanges } from '#lib/board/snapshot-changes.ts';
import { weightsOf } from '#lib/board/weights.ts';
import type { PageServerLoad } from './$types';

/** As many kept boards as the margin of the page has room for. */
const SNAPSHOTS = 5;

export const load: PageServerLoad = async ({ fetch, params, url, depends }) => {
  depends('agon:board');
  const call = loadClient(fetch);
  const [board, unified, snapshots] = await Promise.all([
    orErrorPage(call('getBoard', { params, query: boardQueryOf(url.searchParams) })),
    tabOf(url.searchParams) === 'unified'
      ? orErrorPage(call('getUnified', { params, query: weightsOf(url.searchParams) }))
      : null,
    orErrorPage(call('listSnapshots', { params, query: { limit: SNAPSHOTS } })),
  ]);
  const search = url.searchParams;
  const [newest] = snapshots.items;
  const [kept, categories] = await Promise.all([
    newest === undefined ? null : orErrorPage(call('getSnapshot', { params: { snapshot: newest.id } })),
    tabOf(search) === 'capability'
      ? orErrorPage(call('getBoardCategories', { params, query: sourceQueryOf(search) }))
      : null,
  ]);
  return {
    board: pageBoard(board, search),
    unified,
    categories,
    snapshots: snapshots.items,
    changes: kept === null ? null : snapshotChanges(kept.board, board),
  };
};
