import { type Client, createClient } from '@agon/client';
import type { Hono } from 'hono';
import type { ApiEnv } from '../../apps/api/src/serve-call.ts';

export const ORIGIN = 'http://localhost';

/** One browser, or one script: its cookies, its headers, and every byte that it was sent. */
export class Visitor {
  readonly #app: Hono<ApiEnv>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #cookies = new Map<string, string>();
  /** Status line, headers and body of each reply, as text. */
  readonly received: string[] = [];
  readonly call: Client;

  constructor(app: Hono<ApiEnv>, headers: Readonly<Record<string, string>> = { origin: ORIGIN }) {
    this.#app = app;
    this.#headers = headers;
    this.call = createClient({
      baseUrl: ORIGIN,
      fetch: (url, init) => this.#fetch(new Request(url as string, init)),
    });
  }

  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** A request as it is, for what a typed call cannot say. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return this.#fetch(
      new Request(`${ORIGIN}${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  }

  async #fetch(request: Request): Promise<Response> {
    for (const [name, value] of Object.entries(this.#headers)) {
      if (!request.headers.has(name)) request.headers.set(name, value);
    }
    if (this.#cookies.size > 0) request.headers.set('cookie', this.cookies);
    const response = await this.#app.fetch(request, {});
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0/i.test(cookie)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
    const text = await response.clone().text();
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    this.received.push(`${request.method} ${request.url} ${response.status}\n${headers}\n\n${text}`);
    return response;
  }
}
