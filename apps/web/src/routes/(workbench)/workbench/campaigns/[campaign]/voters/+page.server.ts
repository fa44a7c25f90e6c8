import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, depends }) => {
  depends('agon:voters');
  const call = loadClient(fetch);
  const [progress, reports, groups] = await Promise.all([
    orErrorPage(call('getProgress', { params })),
    orErrorPage(call('getRaters', { params })),
    orErrorPage(call('listVoterGroups', { params })),
  ]);
  return { progress: { ...progress, pairs: [] }, reports, groups };
};
