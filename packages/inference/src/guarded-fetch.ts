import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { CallFailed, faultOfConnection, faultOfStatus, refusedField, unreadable } from './call-fault.ts';
import type { GuardedAgents } from './guarded-agents.ts';
import { readLimits } from './rate-limits.ts';

/** Longer replies are cut and given up; of an error only its head is read. */
const LARGEST_REPLY_BYTES = 16 * 2 ** 20;
const LARGEST_ERROR_BYTES = 64 * 2 ** 10;

/** Of the server's headers only its limits are passed on, read: a JSON list of `ReplyLimit`. */
export const LIMITS_HEADER = 'agon-limits';

export type GuardedFetchOptions = {
  readonly agents: GuardedAgents;
  /** For messages. */
  readonly baseUrl: string;
  readonly apiKey: string | null;
  /** Default: `authorization`, as a bearer's. */
  readonly keyHeader?: 'api-key' | undefined;
  /** Sent with each address that names a deployment, as Azure wants it. */
  readonly apiVersion?: string | undefined;
  /** Default: 16 MiB. */
  readonly largestReplyBytes?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/**
 * A `fetch` that follows no redirect, reads the whole body before it returns, and sends no header but the few that are
 * named here: packages add what they find in the environment.
 * @throws CallFailed in whose fault every way to get no 2xx stands
 */
export function createGuardedFetch(options: GuardedFetchOptions): typeof fetch {
  const { agents, baseUrl, apiKey, keyHeader, apiVersion, now } = options;
  const largest = options.largestReplyBytes ?? LARGEST_REPLY_BYTES;
  return async (input, init = {}) => {
    const url = new URL(String(input instanceof Request ? input.url : input));
    if (apiVersion !== undefined && url.pathname.includes('/openai/deployments/')) {
      url.searchParams.set('api-version', apiVersion);
    }
    const isPlain = url.protocol === 'http:';
    const body = typeof init.body === 'string' ? init.body : null;
    const headers: Record<string, string | number> = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'agon',
      ...(apiKey === null
        ? {}
        : keyHeader === undefined
          ? { authorization: `Bearer ${apiKey}` }
          : { [keyHeader]: apiKey }),
      ...(body === null
        ? {}
        : { 'content-type': contentType(init.headers), 'content-length': Buffer.byteLength(body) }),
    };
    const request = (isPlain ? requestHttp : requestHttps)(url, {
      method: init.method ?? 'GET',
      headers,
      agent: isPlain ? agents.http : agents.https,
      signal: init.signal ?? undefined,
    });
    let hasBegun = false;
    try {
      const reply = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve).on('error', reject);
        request.on('close', () => reject(new Error('closed without a reply')));
        request.end(body ?? undefined);
      });
      hasBegun = true;
      const status = reply.statusCode ?? 0;
      const isGood = status >= 200 && status < 300;
      const text = await readBody(reply, isGood ? largest : LARGEST_ERROR_BYTES);
      if (!isGood) {
        const refusal = { status, headers: reply.headers, body: text ?? '' };
        throw new CallFailed(faultOfStatus(refusal, baseUrl, now()), refusedField(refusal));
      }
      if (text === null) {
        throw new CallFailed(unreadable(baseUrl, `it is longer than ${Math.round(largest / 2 ** 20)} MB`));
      }
      // whatever it calls itself: it is read as JSON or not at all
      return new Response(text, {
        headers: {
          'content-type': 'application/json',
          [LIMITS_HEADER]: JSON.stringify(readLimits(reply.headers, now())),
        },
      });
    } catch (thrown) {
      // a connection whose reply was read to its end serves the next call
      if (thrown instanceof CallFailed) throw thrown;
      request.destroy();
      if (init.signal?.aborted) throw thrown;
      throw new CallFailed(
        hasBegun ? unreadable(baseUrl, 'it breaks off') : faultOfConnection(thrown, baseUrl),
      );
    }
  };
}

/** Of the headers that a package sets, only this says something: uploads are no JSON. */
function contentType(headers: RequestInit['headers']): string {
  const given = new Headers(headers).get('content-type') ?? '';
  return given.startsWith('multipart/form-data;') ? given : 'application/json';
}

/** @returns null where it is larger than `mostBytes` */
async function readBody(reply: IncomingMessage, mostBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
