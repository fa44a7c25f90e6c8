import { MODE_COOKIE, toMode } from '#lib/shell/mode.ts';
import type { RequestHandler } from './$types';

const YEAR_S = 365 * 24 * 60 * 60;

/** Keeps the chosen colours. Takes a form, so that SvelteKit's check of the origin applies. */
export const POST: RequestHandler = async ({ request, cookies }) => {
  const form = await request.formData();
  const mode = toMode(form.get('mode'));
  cookies.set(MODE_COOKIE, mode, {
    path: '/',
    maxAge: YEAR_S,
    sameSite: 'lax',
    httpOnly: true,
    secure: false,
  });
  return new Response(null, { status: 204 });
};
