import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { SHOWN_RUNS } from '#lib/runs/shown-runs.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params }) => {
  const call = loadClient(fetch);
  const [judges, { providers }, runs, verdicts, jury] = await Promise.all([
    orErrorPage(call('listJudges')),
    orErrorPage(call('listProviders')),
    orErrorPage(call('listRuns', { query: { ...params, kind: 'verdicts', limit: SHOWN_RUNS } })),
    orErrorPage(call('listJudgeRuns', { params, query: { limit: SHOWN_RUNS } })),
    orErrorPage(call('getJury', { params })),
  ]);
  return {
    judges: judges.items,
    providers,
    runs: runs.items,
    hasMore: runs.next_cursor !== null,
    verdicts: verdicts.items,
    jury,
  };
};
