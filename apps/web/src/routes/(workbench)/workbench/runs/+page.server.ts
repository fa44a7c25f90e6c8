import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { runQueryOf } from '#lib/runs/run-filter.ts';
import { isMine } from '#lib/workbench/campaign-role.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, url }) => {
  const call = loadClient(fetch);
  const open = url.searchParams.get('open');
  const [runs, campaigns, history] = await Promise.all([
    orErrorPage(call('listRuns', { query: runQueryOf(url.searchParams) })),
    orErrorPage(call('listCampaigns', { query: { limit: 500 } })),
    // a run that is gone is only a row that is not open
    open === null ? null : call('getRunHistory', { params: { run: open } }).catch(() => null),
  ]);
  return {
    runs,
    history,
    campaigns: campaigns.items.filter(isMine).map(({ slug, title }) => ({ slug, title })),
  };
};
