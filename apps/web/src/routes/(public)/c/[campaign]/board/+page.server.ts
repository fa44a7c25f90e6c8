import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { pageBoard } from '#lib/board/page-board.ts';
import { boardQueryOf, poweredQueryOf, sourceQueryOf, tabOf } from '#lib/board/switches/board-address.ts';
import { unifiedQueryOf } from '#lib/board/switches/weights.ts';
import { snapshotChanges } from '#lib/board/tabs/snapshot-changes.ts';
import type { PageServerLoad } from './$types';

/** As many snapshots as the margin of the page has room for. */
const SNAPSHOTS = 5;

export const load: PageServerLoad = async ({ fetch, params, url, depends }) => {
  depends('agon:board');
  const call = loadClient(fetch);
  const [board, unified, snapshots] = await Promise.all([
    orErrorPage(call('getBoard', { params, query: boardQueryOf(url.searchParams) })),
    tabOf(url.searchParams) === 'unified'
      ? orErrorPage(call('getUnified', { params, query: unifiedQueryOf(url.searchParams) }))
      : null,
    orErrorPage(call('listSnapshots', { params, query: { limit: SNAPSHOTS } })),
  ]);
  const search = url.searchParams;
  const [newest] = snapshots.items;
  const [kept, categories, powered] = await Promise.all([
    newest === undefined ? null : orErrorPage(call('getSnapshot', { params: { snapshot: newest.id } })),
    tabOf(search) === 'capability'
      ? orErrorPage(call('getBoardCategories', { params, query: sourceQueryOf(search) }))
      : null,
    tabOf(search) === 'agreement'
      ? orErrorPage(call('getBoard', { params, query: poweredQueryOf(search) }))
      : null,
  ]);
  return {
    board: pageBoard(board, search),
    unified,
    categories,
    powered: powered === null ? null : pageBoard(powered, search),
    snapshots: snapshots.items,
    changes: kept === null ? null : snapshotChanges(kept.board, board),
  };
};
