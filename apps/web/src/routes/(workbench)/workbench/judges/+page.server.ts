import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch }) => {
  const { items } = await orErrorPage(loadClient(fetch)('listJudges', { query: { limit: 500 } }));
  return { judges: items };
};
