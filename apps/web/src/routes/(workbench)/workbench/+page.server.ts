import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, depends }) => {
  depends('agon:overview');
  const call = loadClient(fetch);
  const [campaigns, overview] = await Promise.all([
    orErrorPage(call('listCampaigns', { query: { limit: 500 } })),
    orErrorPage(call('getOverview')),
  ]);
  return { campaigns: campaigns.items, overview };
};
