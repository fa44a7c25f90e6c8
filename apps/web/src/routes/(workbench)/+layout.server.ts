import { redirect } from '@sveltejs/kit';
import { signInPath } from '#lib/shell/paths.ts';
import type { LayoutServerLoad } from './$types';

/** For researchers; the API checks it again on every call. */
export const load: LayoutServerLoad = async ({ parent, url }) => {
  const { me } = await parent();
  if (me?.role !== 'researcher' && me?.role !== 'admin') redirect(303, signInPath(url.pathname));
};
