import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { SHOWN_RUNS } from '#lib/runs/shown-runs.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params }) => {
  const call = loadClient(fetch);
  const [{ providers }, runs] = await Promise.all([
    orErrorPage(call('listProviders')),
    orErrorPage(call('listRuns', { query: { ...params, kind: 'answers', limit: SHOWN_RUNS } })),
  ]);
  return { providers, runs: runs.items, hasMore: runs.next_cursor !== null };
};
