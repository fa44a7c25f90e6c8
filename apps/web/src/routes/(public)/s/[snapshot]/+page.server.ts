import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { pageBoard } from '#lib/board/page-board.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const kept = await orErrorPage(loadClient(fetch)('getSnapshot', { params }));
  return { ...kept, board: pageBoard(kept.board, url.searchParams) };
};
