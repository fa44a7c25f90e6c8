import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

/** Enough to hold the last check of every provider that somebody works with. */
const CHECKS = 50;

export const load: PageServerLoad = async ({ fetch, depends }) => {
  depends('agon:providers');
  const call = loadClient(fetch);
  const [{ providers }, checks] = await Promise.all([
    orErrorPage(call('listProviders')),
    orErrorPage(call('listRuns', { query: { kind: 'probe', limit: CHECKS } })),
  ]);
  return { providers, checks: checks.items };
};
