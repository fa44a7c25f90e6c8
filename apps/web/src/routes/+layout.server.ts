import { loadClient } from '#lib/api/load-client.ts';
import type { LayoutServerLoad } from './$types';

/** Who asks. Null where the API does not answer: the page still stands, and says so where it matters. */
export const load: LayoutServerLoad = async ({ fetch, locals, depends }) => {
  depends('agon:me');
  const me = await loadClient(fetch)('getMe').catch(() => null);
  return { me, locale: locals.locale, mode: locals.mode };
};
