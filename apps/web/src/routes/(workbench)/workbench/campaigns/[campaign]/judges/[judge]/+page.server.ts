import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const model = url.searchParams.get('model') ?? undefined;
  const run = url.searchParams.get('run') ?? undefined;
  const query = { ...(model === undefined ? {} : { model }), ...(run === undefined ? {} : { run }) };
  const call = loadClient(fetch);
  const card = await orErrorPage(call('getJudgeCard', { params, query }));
  // of the model that the card is about, where several were asked
  const drift = await orErrorPage(call('getJudgeDrift', { params, query: { model: card.model } }));
  return { card, drift };
};
