import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { battleQueryOf } from '#lib/battles/battle-address.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const query = battleQueryOf(url.searchParams);
  const call = loadClient(fetch);
  const [battle, list] = await Promise.all([
    orErrorPage(call('getBattle', { params, query })),
    orErrorPage(call('listBattles', { params, query: { ...query, limit: 1 } })),
  ]);
  return { battle, found: list.counts?.found ?? null };
};
