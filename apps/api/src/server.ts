import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeFault } from '@agon/database';
import { ArenaError } from '@agon/domain';
import { getRequestListener } from '@hono/node-server';
import type { ApiApp } from './create-app.ts';
import { hostnameOf } from './http/check-origin.ts';
import { TEXT_HEADERS } from './http/security-headers.ts';
import type { Log } from './log/line-log.ts';
import { REQUEST_ID_HEADER, withRequestId } from './log/request-id.ts';
import { loadPages } from './web-pages.ts';

export type ServerOptions = {
  readonly api: ApiApp;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** apps/web/build/handler.js; null: no pages. */
  readonly pages: string | null;
  /** Host names that pages are shown for; null: all. */
  readonly allowedHosts?: ReadonlySet<string> | null;
  /** Pages are shown over https: to be told to the page renderer. */
  readonly isHttps: boolean;
  /** How long requests in flight may take to end after `stop`. */
  readonly drainMs?: number;
};

export type RunningServer = {
  readonly url: string;
  /** Takes no more requests, ends event streams, lets requests in flight finish. */
  stop(): Promise<void>;
};

const API_ROUTE = /^\/(api\/|healthz|readyz|metrics)/;
const DRAIN_MS = 10_000;
/** Longer than the idle time of usual proxies, so that it is they who close a connection. */
const KEEP_ALIVE_MS = 65_000;
/** An import may be sent over a slow line. */
const LONGEST_REQUEST_MS = 6 * 3_600_000;

/** One HTTP server for the API and the pages. @throws ArenaError('port_taken') */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { app } = options.api;
  const answerApi = getRequestListener((request, bindings) =>
    app.fetch(request, { incoming: (bindings as { incoming: IncomingMessage }).incoming }),
  );
  const showPage = await loadPages(options.pages);
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: LONGEST_REQUEST_MS },
    (request, response) => {
      if (API_ROUTE.test(request.url ?? '')) {
        void answerApi(request, response);
        return;
      }
      answerPage(request, response, options, showPage);
    },
  );
  await listen(server, options.host, options.port);
  return {
    url: urlOf(server, options.host),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      options.api.drain();
      // connections that were busy become idle one by one
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const force = setTimeout(() => server.closeAllConnections(), options.drainMs ?? DRAIN_MS);
      await closed;
      clearInterval(sweep);
      clearTimeout(force);
    },
  };
}

/** A page, or why there is none, under the id of its request. */
function answerPage(
  request: IncomingMessage,
  response: ServerResponse,
  { api, allowedHosts = null, isHttps }: ServerOptions,
  showPage: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  const { log, settings } = api;
  const given = settings.trustedProxies > 0 ? request.headers[REQUEST_ID_HEADER] : undefined;
  withRequestId(typeof given === 'string' ? given : null, (id) => {
    const startedAt = performance.now();
    response.setHeader(REQUEST_ID_HEADER, id);
    if (settings.accessLog) {
      response.once('close', () =>
        log({
          event: 'request',
          level: 'info',
          method: request.method,
          route: 'page',
          status: response.statusCode,
          ms: Math.round(performance.now() - startedAt),
        }),
      );
    }
    if (allowedHosts !== null && !allowedHosts.has(hostnameOf(request.headers.host ?? ''))) {
      response.writeHead(403, TEXT_HEADERS).end('This server does not answer for that host name.\n');
      return;
    }
    if (!isForm(request)) {
      response.writeHead(415, TEXT_HEADERS).end('Pages take forms alone; the API takes JSON.\n');
      return;
    }
    request.headers['x-forwarded-proto'] = isHttps ? 'https' : 'http';
    // pages are rendered with calls to this same API, without a detour through the network
    Object.assign(request, {
      api: (call: Request) => api.app.fetch(call, { incoming: request, inProcess: true }),
      report: (fault: unknown, route: string | null) => reportPage(fault, route, log),
    });
    showPage(request, response);
  });
}

/** @returns the id under which what a page did not foresee was logged */
function reportPage(fault: unknown, route: string | null, log: Log): string {
  const id = randomUUID();
  log({ event: 'error', id, route: `page ${route ?? 'unknown'}`, ...describeFault(fault) });
  return id;
}

/** What a page's form sends: a page that is sent anything else fails to read it. */
const FORM = /^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i;

function isForm({ method, headers }: IncomingMessage): boolean {
  if (method === undefined || /^(GET|HEAD|OPTIONS)$/.test(method)) return true;
  return FORM.test(headers['content-type'] ?? '');
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const { code } = cause as { code?: string };
    const reason =
      code === 'EADDRINUSE'
        ? `Port ${port} is taken by another program.`
        : code === 'EACCES'
          ? `This user may not listen on port ${port}.`
          : `Cannot listen on ${host}:${port}${code === undefined ? '' : ` (${code})`}.`;
    throw new ArenaError('port_taken', reason, {
      hint: 'Choose another one, as in `npm start -- --port 0`, which takes any free port.',
      cause,
    });
  }
}

/** An address that a browser on this machine can open. */
function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}
