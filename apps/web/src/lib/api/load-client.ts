import { type Client, createClient } from '@agon/client';
import { isArenaError } from '@agon/domain';
import { error } from '@sveltejs/kit';

const STATUS: Readonly<Partial<Record<string, number>>> = {
  not_found: 404,
  not_signed_in: 401,
  not_allowed: 403,
  rate_limited: 429,
};

/** Calls of the API from a `load`. Hand it the event's own `fetch`. */
export function loadClient(fetch: typeof globalThis.fetch): Client {
  return createClient({ fetch });
}

/** Awaits a call of a `load`; a refusal becomes the error page, with its code and what to do. */
export async function orErrorPage<Reply>(call: Promise<Reply>): Promise<Reply> {
  try {
    return await call;
  } catch (cause) {
    if (!isArenaError(cause)) throw cause;
    const status =
      STATUS[cause.code] ?? (cause.kind === 'unavailable' ? 503 : cause.kind === 'bug' ? 500 : 400);
    return error(status, { message: cause.message, code: cause.code, hint: cause.hint });
  }
}
