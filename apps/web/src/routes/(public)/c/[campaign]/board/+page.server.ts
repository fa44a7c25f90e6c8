import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { boardQueryOf } from '#lib/board/board-address.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url, depends }) => {
  depends('agon:board');
  const call = loadClient(fetch);
  const [board, unified] = await Promise.all([
    orErrorPage(call('getBoard', { params, query: boardQueryOf(url.searchParams) })),
    orErrorPage(call('getUnified', { params })),
  ]);
  return { board, unified };
};
