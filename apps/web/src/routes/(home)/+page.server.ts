import { loadClient } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

/** Null where the API does not answer. */
export const load: PageServerLoad = async ({ fetch }) => {
  const page = await loadClient(fetch)('listCampaigns', { query: { limit: 50 } }).catch(() => null);
  return { campaigns: page?.items ?? null };
};
