import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { coverageOf } from '#lib/workbench/coverage.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, depends }) => {
  depends('agon:progress');
  const progress = await orErrorPage(loadClient(fetch)('getProgress', { params }));
  // the page shows neither each pair of hundreds of models, nor each voter
  return { progress: { ...progress, pairs: [], raters_by_votes: [] }, coverage: coverageOf(progress.pairs) };
};
