import { ArenaError } from '@agon/domain';
import { isAPIError } from 'better-auth/api';
import type { OriginRules } from '../http/check-origin.ts';
import { problemResponse } from '../http/problem-response.ts';
import { BODY_LIMIT, parseJson, requireJson } from '../http/read-body.ts';
import { API_HEADERS } from '../http/security-headers.ts';
import type { Auth } from './create-auth.ts';
import { withDatabaseFaults } from './note-faults.ts';
import { requireOwnCallbacks } from './own-callback.ts';
import { type AuthErrorBody, authError } from './sessions.ts';

/**
 * better-auth's own routes, spoken in the manners of this API: its refusals become problem details, its replies carry
 * our headers, and its bodies are as limited as ours.
 */
export function createAuthHandler(auth: Auth, rules: OriginRules) {
  return async (request: Request): Promise<Response> => {
    const body = await limitedBody(request);
    if (body !== null) requireJson(request.headers);
    // better-auth would answer a fault in it with a page of its own, and read any depth
    const parsed = body === null ? null : parseJson(body, 'The body');
    requireOwnCallbacks(request, parsed, rules);
    const answer = await withDatabaseFaults(
      () =>
        auth.handler(
          new Request(request.url, {
            method: request.method,
            headers: request.headers,
            ...(body === null ? {} : { body }),
          }),
        ),
      ({ status }) => status >= 400,
    ).catch((error: unknown) => {
      if (isAPIError(error)) throw authError(error.statusCode, (error.body ?? {}) as AuthErrorBody);
      throw error;
    });
    if (answer.status >= 400) {
      const refused = (await answer.json().catch(() => ({}))) as AuthErrorBody | null;
      return withCookies(problemResponse(authError(answer.status, refused ?? {})), answer);
    }
    const headers = new Headers(answer.headers);
    for (const [name, value] of Object.entries(API_HEADERS)) headers.set(name, value);
    return new Response(answer.body, { status: answer.status, headers });
  };
}

async function limitedBody(request: Request): Promise<string | null> {
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  const declared = request.headers.get('content-length');
  if (declared !== null && Number(declared) > BODY_LIMIT) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > BODY_LIMIT) throw tooLarge();
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : text;
}

function tooLarge(): ArenaError {
  return new ArenaError('too_large', `The request is larger than ${BODY_LIMIT / 1024} kB.`);
}

function withCookies(response: Response, answer: Response): Response {
  for (const cookie of answer.headers.getSetCookie()) response.headers.append('set-cookie', cookie);
  return response;
}
