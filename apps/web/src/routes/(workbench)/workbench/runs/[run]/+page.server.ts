import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params }) => {
  const call = loadClient(fetch);
  const run = await orErrorPage(call('getRun', { params }));
  const verdicts = run.kind === 'verdicts' ? await orErrorPage(call('getJudgeRun', { params })) : null;
  return { run, verdicts };
};
