import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { coverageOf } from '#lib/workbench/coverage.ts';
import type { PageServerLoad } from './$types';

/** Of more models the board explains nothing, and would be megabytes to look through for it. */
const EXPLAINED_MODELS = 80;

export const load: PageServerLoad = async ({ fetch, params, depends }) => {
  depends('agon:progress');
  const call = loadClient(fetch);
  const progress = await orErrorPage(call('getProgress', { params }));
  const coverage = coverageOf(progress.pairs);
  const board =
    progress.votes === 0 || coverage.models > EXPLAINED_MODELS
      ? null
      : await orErrorPage(call('getBoard', { params, query: {} }));
  // the page shows neither each pair of hundreds of models, nor each voter
  return {
    progress: { ...progress, pairs: [], raters_by_votes: [] },
    coverage,
    insights: board?.people?.insights ?? null,
  };
};
