import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params }) => {
  const call = loadClient(fetch);
  const [found, invitations] = await Promise.all([
    orErrorPage(call('getProgress', { params })),
    orErrorPage(call('listInvitations', { params, query: { limit: 500 } })),
  ]);
  return { found, invitations: invitations.items };
};
