import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params }) => ({
  snapshots: (await orErrorPage(loadClient(fetch)('listSnapshots', { params, query: { limit: 50 } }))).items,
});
