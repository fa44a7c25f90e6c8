import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { sourceQueryOf } from '#lib/board/switches/board-address.ts';
import { unifiedQueryOf } from '#lib/board/switches/weights.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const call = loadClient(fetch);
  const { campaign } = params;
  const [about, unified] = await Promise.all([
    orErrorPage(call('getBoardModel', { params, query: sourceQueryOf(url.searchParams) })),
    orErrorPage(call('getUnified', { params: { campaign }, query: unifiedQueryOf(url.searchParams) })),
  ]);
  return { about, unified };
};
