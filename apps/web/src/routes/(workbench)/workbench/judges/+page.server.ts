import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, url }) => {
  const state = url.searchParams.get('state') === 'archived' ? ('archived' as const) : ('in_use' as const);
  const { items } = await orErrorPage(loadClient(fetch)('listJudges', { query: { limit: 500, state } }));
  return { judges: items, state };
};
