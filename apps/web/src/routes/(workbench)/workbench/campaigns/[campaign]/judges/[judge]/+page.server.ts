import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const model = url.searchParams.get('model') ?? undefined;
  const run = url.searchParams.get('run') ?? undefined;
  const query = { ...(model === undefined ? {} : { model }), ...(run === undefined ? {} : { run }) };
  return { card: await orErrorPage(loadClient(fetch)('getJudgeCard', { params, query })) };
};
