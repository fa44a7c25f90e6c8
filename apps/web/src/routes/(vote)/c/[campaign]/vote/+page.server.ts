import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params }) => ({
  campaign: await orErrorPage(loadClient(fetch)('getCampaign', { params: { campaign: params.campaign } })),
});
