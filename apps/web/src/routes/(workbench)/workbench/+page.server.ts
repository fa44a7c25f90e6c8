import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { SHOWN_RUNS } from '#lib/runs/shown-runs.ts';
import { isMine } from '#lib/workbench/campaign-role.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, depends }) => {
  depends('agon:overview');
  const call = loadClient(fetch);
  const [campaigns, overview, running] = await Promise.all([
    orErrorPage(call('listCampaigns', { query: { limit: 500 } })),
    orErrorPage(call('getOverview')),
    orErrorPage(call('listRuns', { query: { state: 'open', limit: SHOWN_RUNS } })),
  ]);
  return { campaigns: campaigns.items.filter(isMine), overview, running: running.items };
};
