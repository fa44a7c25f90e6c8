import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ fetch, params, depends }) => {
  depends('agon:campaign');
  return { campaign: await orErrorPage(loadClient(fetch)('getCampaign', { params })) };
};
