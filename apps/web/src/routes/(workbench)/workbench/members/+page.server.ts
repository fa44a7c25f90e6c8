import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch }) => ({
  members: await orErrorPage(loadClient(fetch)('listMembers', { query: { limit: 500 } })),
});
