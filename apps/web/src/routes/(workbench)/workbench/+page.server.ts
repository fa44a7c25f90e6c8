import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch }) => ({
  campaigns: (await orErrorPage(loadClient(fetch)('listCampaigns', { query: { limit: 500 } }))).items,
});
