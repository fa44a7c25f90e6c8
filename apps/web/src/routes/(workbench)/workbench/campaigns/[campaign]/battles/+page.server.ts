import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { battleQueryOf, PAGE_BATTLES } from '#lib/battles/battle-address.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const call = loadClient(fetch);
  const query = battleQueryOf(url.searchParams);
  const cursor = url.searchParams.get('cursor');
  const page = { limit: PAGE_BATTLES, ...(cursor ? { cursor } : {}) };
  const list = await orErrorPage(call('listBattles', { params, query: { ...query, ...page } }));
  const at = url.searchParams.get('at') ?? list.items[0]?.id;
  // a battle that went away since the link was made leaves its place empty
  const read = at === undefined ? null : call('getBattle', { params: { ...params, battle: at }, query });
  return { list, first: await (read?.catch(() => null) ?? null) };
};
