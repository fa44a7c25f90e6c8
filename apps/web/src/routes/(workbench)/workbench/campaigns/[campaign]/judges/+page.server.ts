import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params }) => {
  const call = loadClient(fetch);
  const [judges, runs] = await Promise.all([
    orErrorPage(call('listJudges')),
    orErrorPage(call('listJudgeRuns', { params, query: { limit: 20 } })),
  ]);
  return { judges: judges.items, runs: runs.items };
};
