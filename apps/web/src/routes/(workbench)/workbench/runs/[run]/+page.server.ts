import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params }) => {
  const call = loadClient(fetch);
  const run = await orErrorPage(call('getRun', { params }));
  const [verdicts, history] = await Promise.all([
    run.kind === 'verdicts' ? orErrorPage(call('getJudgeRun', { params })) : null,
    orErrorPage(call('getRunHistory', { params })),
  ]);
  return { run, verdicts, history };
};
