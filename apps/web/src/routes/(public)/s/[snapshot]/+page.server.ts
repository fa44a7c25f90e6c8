import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ fetch, params }) =>
  orErrorPage(loadClient(fetch)('getSnapshot', { params }));
