import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { battleQueryOf } from '#lib/battles/battle-address.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const query = battleQueryOf(url.searchParams);
  const call = loadClient(fetch);
  const [battle, list, sent] = await Promise.all([
    orErrorPage(call('getBattle', { params, query })),
    orErrorPage(call('listBattles', { params, query: { ...query, limit: 1 } })),
    orErrorPage(call('listSentBack', { params })),
  ]);
  const ids = new Set(battle.battles.map(({ id }) => id));
  return {
    battle,
    found: list.counts?.found ?? null,
    // any battle about the same answers
    sent: sent.items.find((each) => ids.has(each.battle)) ?? null,
  };
};
