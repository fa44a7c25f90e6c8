import type { IncomingMessage } from 'node:http';
import { type Actor, type Ports, requireRole, requireScope } from '@agon/arena';
import {
  CALLS,
  type CallName,
  type CallShape,
  type KeyScope,
  PATHS,
  type ParsedBodyOf,
  type ParsedQueryOf,
  type ReplyOf,
} from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { z } from '@hono/zod-openapi';
import type { Hono } from 'hono';
import type { ApiSettings } from './api-settings.ts';
import { clientAddress } from './http/client-address.ts';
import { parseInput } from './http/parse-input.ts';
import { problemResponse } from './http/problem-response.ts';
import { BODY_LIMIT, readJson, TEXTS_LIMIT } from './http/read-body.ts';
import { readQuery } from './http/read-query.ts';
import { isMultipart, readUpload, type Upload } from './http/read-upload.ts';
import { JSON_HEADERS } from './http/security-headers.ts';
import { WrittenReply } from './http/written-reply.ts';
import type { Metrics } from './metrics.ts';

/** What the server hands to each request; empty in tests. */
type ApiBindings = {
  readonly incoming?: IncomingMessage;
  /** Sent by our own page renderer, which has checked the page's request. */
  readonly inProcess?: boolean;
};
export type ApiEnv = { Bindings: ApiBindings };

type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;

type Served<Name extends CallName> = {
  readonly actor: Actor;
  readonly params: Readonly<Record<ParamNames<(typeof PATHS)[Name]>, string>>;
  readonly query: ParsedQueryOf<Name>;
  readonly body: ParsedBodyOf<Name>;
  /** Files that came with a call that takes some: the call takes them off the disk. */
  readonly upload: Upload | null;
  /** Address of the client, for rate limits. */
  readonly address: string;
  readonly request: Request;
  /** Adds Set-Cookie headers to the reply. */
  setCookies(cookies: readonly string[]): void;
};

export type Serve = <Name extends CallName>(
  name: Name,
  handle: (served: Served<Name>) => Promise<ReplyOf<Name> | Response | WrittenReply>,
) => void;

export type ServeDeps = {
  readonly settings: ApiSettings;
  readonly metrics: Metrics;
  /** Any failure as an error with a code; what nobody foresaw is logged under the name of the route. */
  readonly asRefusal: (error: unknown, route: string) => ArenaError;
  readonly identify: (headers: Headers) => Promise<Actor>;
  readonly clock: Ports['clock'];
};

/** Replies that a voter sees while a vote can be given or changed: always checked, so that a field too many is an error and not a leak. */
const BLIND_REPLIES: ReadonlySet<CallName> = new Set([
  'getMe',
  'getCampaign',
  'giveConsent',
  'drawBattles',
  'skipBattle',
  'castVote',
  'annotateVote',
  'undoVote',
]);

/** What an API key needs for a call, beyond its owner's role. */
function scopeOf(name: CallName, method: string, shape: CallShape): KeyScope | null {
  if (shape.access === 'public' && method === 'GET') return null;
  if (shape.tag === 'voting') return 'vote';
  if (shape.tag === 'accounts') return name === 'claimSetup' ? null : 'admin';
  return method === 'GET' ? 'read' : 'write';
}

/**
 * Registers calls of the contract on a Hono app. Each request goes: who asks → may they → query and body, strictly →
 * one use case → reply, as its schema says. Handlers do nothing of this themselves.
 */
export function createServe(app: Hono<ApiEnv>, deps: ServeDeps): Serve {
  const { settings, metrics, asRefusal } = deps;
  return (name, handle) => {
    const [method = 'GET', path = '/'] = PATHS[name].split(' ');
    const shape: CallShape = CALLS[name];
    const status = shape.status ?? 200;
    const scope = scopeOf(name, method, shape);
    const limit = shape.form === undefined ? BODY_LIMIT : TEXTS_LIMIT;
    const checksReply = settings.checkReplies === 'all' || BLIND_REPLIES.has(name);
    const honoPath = path.replace(/\{(\w+)\}/g, ':$1');

    app.on(method, honoPath, async (context) => {
      const startedAt = performance.now();
      let response: Response;
      let upload: Upload | null = null;
      try {
        const request = context.req.raw;
        const actor = await deps.identify(request.headers);
        if (shape.access !== 'public') requireRole(actor, shape.access);
        if (scope !== null) requireScope(actor, scope);
        const query = parseInput(shape.query ?? NO_QUERY, readQuery(context.req.queries()));
        if (shape.form !== undefined && isMultipart(request)) upload = await readUpload(request);
        const body =
          shape.body === undefined
            ? undefined
            : upload !== null && shape.form !== undefined
              ? parseInput(shape.form, upload.options)
              : parseInput(
                  shape.body,
                  await readJson(request, limit, shape.form === undefined ? 'no forms' : 'forms'),
                );
        const cookies: string[] = [];
        const result = await handle({
          actor,
          params: context.req.param() as never,
          query: query as never,
          body: body as never,
          upload,
          address: clientAddress(context.env?.incoming, settings.trustedProxies),
          request,
          setCookies: (values) => cookies.push(...values),
        });
        if (result instanceof Response) response = result;
        else if (result instanceof WrittenReply) {
          if (checksReply) check(name, shape, result.parse());
          response = new Response(result.bytes, { status, headers: JSON_HEADERS });
        } else response = reply(checksReply ? check(name, shape, result) : result, status);
        for (const cookie of cookies) response.headers.append('set-cookie', cookie);
      } catch (error) {
        await upload?.remove();
        response = problemResponse(asRefusal(error, name));
      }
      metrics.requestDone(name, response.status, (performance.now() - startedAt) / 1000);
      return response;
    });
  };
}

const NO_QUERY = z.strictObject({});

function reply(value: unknown, status: number): Response {
  return new Response(JSON.stringify(value), { status, headers: JSON_HEADERS });
}

/** A reply that does not fit its schema is our fault, whatever else is true of it: nothing of it is sent. */
function check(name: CallName, shape: CallShape, value: unknown): unknown {
  const parsed = shape.reply.safeParse(value);
  if (parsed.success) return value;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new ArenaError('internal', `The reply of ${name} does not fit its schema: ${faults}`);
}
