import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, depends }) => {
  depends('agon:imports');
  const call = loadClient(fetch);
  const [formats, imports] = await Promise.all([
    orErrorPage(call('listFormats')),
    orErrorPage(call('listImports', { params, query: { limit: 50 } })),
  ]);
  return { formats: formats.items, imports: imports.items };
};
