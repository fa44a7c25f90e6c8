import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch }) => ({
  keys: await orErrorPage(loadClient(fetch)('listKeys', { query: { limit: 500 } })),
});
