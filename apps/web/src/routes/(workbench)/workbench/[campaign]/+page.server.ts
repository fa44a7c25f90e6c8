import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, depends }) => {
  depends('agon:campaign');
  const call = loadClient(fetch);
  const [campaign, progress, judges, runs, imports] = await Promise.all([
    orErrorPage(call('getCampaign', { params })),
    orErrorPage(call('getProgress', { params })),
    orErrorPage(call('listJudges')),
    orErrorPage(call('listJudgeRuns', { params, query: { limit: 20 } })),
    orErrorPage(call('listImports', { params, query: { limit: 20 } })),
  ]);
  return { campaign, progress, judges: judges.items, runs: runs.items, imports: imports.items };
};
