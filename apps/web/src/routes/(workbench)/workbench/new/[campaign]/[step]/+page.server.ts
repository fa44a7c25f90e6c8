import { error } from '@sveltejs/kit';
import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { SETUP_STEPS } from '#lib/shell/paths.ts';
import { m } from '#paraglide/messages.js';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, depends }) => {
  depends('agon:campaign');
  const step = SETUP_STEPS.find((each) => each === params.step);
  if (step === undefined) error(404, { message: m.common_error_missing() });
  const call = loadClient(fetch);
  const [campaign, progress, formats, imports] = await Promise.all([
    orErrorPage(call('getCampaign', { params })),
    orErrorPage(call('getProgress', { params })),
    orErrorPage(call('listFormats')),
    orErrorPage(call('listImports', { params, query: { limit: 50 } })),
  ]);
  return { step, campaign, progress, formats: formats.items, imports: imports.items };
};
