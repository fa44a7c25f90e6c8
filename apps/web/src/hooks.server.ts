import type { Handle, HandleFetch, HandleServerError } from '@sveltejs/kit/hooks';
import { MODE_COOKIE, toMode } from '#lib/shell/mode.ts';
import { paraglideMiddleware } from '#paraglide/server.js';

const SECURITY_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** The first tag of app.html. */
const PLACEHOLDER = '<html lang="en" data-mode="system">';

export const handle: Handle = ({ event, resolve }) =>
  paraglideMiddleware(event.request, async ({ locale }) => {
    event.locals.locale = locale;
    event.locals.mode = toMode(event.cookies.get(MODE_COOKIE));
    const response = await resolve(event, {
      transformPageChunk: ({ html }) =>
        html.replace(PLACEHOLDER, `<html lang="${locale}" data-mode="${event.locals.mode}">`),
    });
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
    return response;
  });

/**
 * Calls of the API while a page is rendered: in this process where the api process renders us, otherwise to
 * AGON_API_URL. The asker's cookies go along, because replies depend on who asks.
 */
export const handleFetch: HandleFetch = async ({ event, request, fetch }) => {
  const url = new URL(request.url);
  if (url.origin !== event.url.origin || !url.pathname.startsWith('/api/')) return fetch(request);
  const headers = new Headers(request.headers);
  for (const name of ['cookie', 'user-agent', 'accept-language']) {
    const value = event.request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const inProcess = event.platform?.req?.api;
  if (inProcess !== undefined) return inProcess(new Request(request, { headers }));
  const base = process.env.AGON_API_URL;
  if (base === undefined) return fetch(request);
  return globalThis.fetch(
    new Request(new URL(url.pathname + url.search, base), new Request(request, { headers })),
  );
};

/** What nobody foresaw: logged here, with an id that the page shows. */
export const handleError: HandleServerError = ({ kind, error, event }) => {
  if (kind !== 'unknown') return;
  const reported = event.platform?.req?.report?.(error, event.route.id);
  const id = reported ?? crypto.randomUUID();
  if (reported === undefined) {
    const name = error instanceof Error ? error.name : typeof error;
    process.stderr.write(`${JSON.stringify({ event: 'error', id, route: event.route.id, name })}\n`);
  }
  return { message: `Something went wrong here (${id}).` };
};
