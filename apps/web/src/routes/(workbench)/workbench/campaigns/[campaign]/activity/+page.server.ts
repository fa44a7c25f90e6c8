import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const cursor = url.searchParams.get('after') ?? undefined;
  const query = { limit: 100, ...(cursor === undefined ? {} : { cursor }) };
  return { activity: await orErrorPage(loadClient(fetch)('listActivity', { params, query })) };
};
