import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params }) => {
  const call = loadClient(fetch);
  const [found, members, invitations] = await Promise.all([
    orErrorPage(call('getProgress', { params })),
    orErrorPage(call('listCampaignMembers', { params, query: { limit: 500 } })),
    orErrorPage(call('listInvitations', { params, query: { limit: 500 } })),
  ]);
  return { found, members: members.items, invitations: invitations.items };
};
