import type { BodyOf, CallName, Problem, QueryOf, ReplyOf } from '@agon/contract';
import { PATHS } from '@agon/contract/paths';
import { ArenaError, ERROR_CODES, type ErrorCode } from '@agon/domain';

export type ClientOptions = {
  /** Origin of the server, without a slash at the end; empty: same origin. */
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly fetch?: typeof fetch;
  readonly headers?: Readonly<Record<string, string>>;
};

type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamsOf<Rest>
  : never;

export type CallInput<Name extends CallName> = ([ParamsOf<(typeof PATHS)[Name]>] extends [never]
  ? { readonly params?: undefined }
  : { readonly params: Readonly<Record<ParamsOf<(typeof PATHS)[Name]>, string>> }) &
  (BodyOf<Name> extends undefined
    ? { readonly body?: undefined }
    : { readonly body: BodyOf<Name> } | { readonly form: FormData; readonly body?: undefined }) & {
    readonly query?: Partial<QueryOf<Name>>;
    readonly signal?: AbortSignal;
  };

export type Client = <Name extends CallName>(name: Name, input?: CallInput<Name>) => Promise<ReplyOf<Name>>;

/** `GET /api/v1/battles/{battle}` and its values → method and URL. */
export function urlOf(
  name: CallName,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, unknown>> = {},
): { readonly method: string; readonly url: string } {
  const [method = 'GET', path = '/'] = PATHS[name].split(' ');
  const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(key, String(value));
  }
  const text = search.toString();
  return { method, url: text === '' ? filled : `${filled}?${text}` };
}

/** Typed calls over the contract. A refusal of the server is thrown as the `ArenaError` that it was there. */
export function createClient(options: ClientOptions = {}): Client {
  const send = options.fetch ?? fetch;
  return async (name, input) => {
    const given = (input ?? {}) as {
      params?: Record<string, string>;
      query?: Record<string, unknown>;
      body?: unknown;
      form?: FormData;
      signal?: AbortSignal;
    };
    const { method, url } = urlOf(name, given.params, given.query);
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (options.apiKey !== undefined) headers.authorization = `Bearer ${options.apiKey}`;
    if (given.body !== undefined) headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await send(`${options.baseUrl ?? ''}${url}`, {
        method,
        headers,
        body: given.form ?? (given.body === undefined ? undefined : JSON.stringify(given.body)),
        signal: given.signal,
        credentials: 'same-origin',
      });
    } catch (cause) {
      if (given.signal?.aborted) throw cause;
      throw new ArenaError('provider_unreachable', `No answer from ${options.baseUrl || 'the server'}.`, {
        hint: 'Check that the server runs and that the network is up.',
        cause,
      });
    }
    if (!response.ok) throw await errorOf(response);
    // one JSON document; JSON lines are a text
    const isJson = /^application\/(?:problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
    return (isJson ? await response.json() : await response.text()) as never;
  };
}

/** What the server's refusal says. */
export async function errorOf(response: Response): Promise<ArenaError> {
  const problem = (await response.json().catch(() => null)) as Problem | null;
  return refusalOf(problem, response.status);
}

/** A refusal as the `ArenaError` that it was on the server. @param problem null where the reply was none of ours */
export function refusalOf(problem: Problem | null, status = problem?.status ?? 500): ArenaError {
  const known = problem !== null && typeof problem.code === 'string' && problem.code in ERROR_CODES;
  const code: ErrorCode = known ? problem.code : status >= 500 ? 'internal' : 'invalid_request';
  return new ArenaError(code, problem?.detail ?? `The server answered ${status}.`, {
    hint: problem?.hint ?? undefined,
    at: problem?.at ?? undefined,
    retryAfterMs: problem?.retry_after_ms ?? undefined,
    ...(problem?.faults === undefined ? {} : { data: { faults: problem.faults } }),
    data: { status },
  });
}
