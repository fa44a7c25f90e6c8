import type { Clock } from '@agon/arena';
import { ArenaError } from '@agon/domain';
import { Hono } from 'hono';
import { matchedRoutes } from 'hono/route';
import { monotonicClock } from './adapters/monotonic-clock.ts';
import type { ApiSettings, MetricsRule } from './api-settings.ts';
import { createAuthHandler } from './auth/auth-handler.ts';
import { AUTH_PATH, type Auth, RENEW_BELOW_MS, sessionCookieName } from './auth/create-auth.ts';
import { identify } from './auth/identify.ts';
import { readSessionToken } from './auth/session-cookie.ts';
import { SessionReader } from './auth/session-reader.ts';
import { BoardWatchers } from './board-watchers.ts';
import type { ApiPorts } from './compose.ts';
import { docsRoutes } from './docs-page.ts';
import { checkReady, type ReadyCheck } from './health.ts';
import { allowedMethods } from './http/allowed-methods.ts';
import { checkOrigin } from './http/check-origin.ts';
import { clientAddress } from './http/client-address.ts';
import { problemResponse, toArenaError } from './http/problem-response.ts';
import { RefusedWrites } from './http/refused-writes.ts';
import { bearerOf, isSameSecret } from './http/same-secret.ts';
import { API_HEADERS, JSON_HEADERS, TEXT_HEADERS } from './http/security-headers.ts';
import type { Log } from './log/line-log.ts';
import { REQUEST_ID_HEADER, withRequestId } from './log/request-id.ts';
import type { Metrics } from './metrics.ts';
import { createRateGuard } from './rate-guard.ts';
import { accountRoutes } from './routes/accounts.ts';
import { battleRoutes } from './routes/battles.ts';
import { boardRoutes } from './routes/board.ts';
import { campaignRoutes } from './routes/campaigns.ts';
import { dataRoutes } from './routes/data.ts';
import { judgeCardRoutes } from './routes/judge-cards.ts';
import { judgeRoutes } from './routes/judges.ts';
import { providerRoutes } from './routes/providers.ts';
import type { RouteDeps } from './routes/route-deps.ts';
import { runRoutes } from './routes/runs.ts';
import { votingRoutes } from './routes/voting.ts';
import { type ApiEnv, createServe } from './serve-call.ts';

export type AppDeps = {
  readonly ports: ApiPorts;
  readonly auth: Auth;
  /** The secret that `auth` was made with. */
  readonly authSecret: string;
  readonly settings: ApiSettings;
  readonly metrics: Metrics;
  readonly readyChecks: readonly ReadyCheck[];
  readonly log: Log;
  /** Measures how long something takes or lasts; default: the time since the process started. */
  readonly monotonic?: Clock;
};

export type ApiApp = {
  readonly app: Hono<ApiEnv>;
  readonly settings: ApiSettings;
  readonly log: Log;
  /** From now on: not ready, and no open event streams. */
  drain(): void;
};

/** @throws ArenaError not_found where metrics are not served, not_signed_in without their key */
function requireMetricsKey(rule: MetricsRule, authorization: string | undefined): void {
  if (rule === 'open') return;
  if (rule === 'closed') {
    throw new ArenaError('not_found', 'Metrics are not served beyond this machine without a key.', {
      hint: 'Set AGON_METRICS_KEY, and send it as "Authorization: Bearer …".',
    });
  }
  const key = bearerOf(authorization);
  if (key !== null && isSameSecret(key, rule.key)) return;
  throw new ArenaError('not_signed_in', 'Metrics need their key.', {
    hint: 'Send "Authorization: Bearer …" with the value of AGON_METRICS_KEY.',
  });
}

/** The whole HTTP API on the given ports. Holds no state but sessions, rate limits and event streams in memory. */
export function createApp(deps: AppDeps): ApiApp {
  const { ports, settings, metrics, log } = deps;
  const app = new Hono<ApiEnv>();
  const { monotonic = monotonicClock } = deps;
  const sessions = new SessionReader(ports.sessionStore, ports.clock, monotonic);
  const cookieName = sessionCookieName(settings.publicOrigin);
  const identifyOptions = { cookieName, secret: deps.authSecret, ownerKey: settings.ownerKey, sessions };
  const guard = createRateGuard(settings.rateLimits, monotonic);
  const watchers = new BoardWatchers({ ...ports, monotonic }, settings.watchers, metrics.watching);
  const refusedWrites = new RefusedWrites(monotonic);
  const asRefusal = (error: unknown, route: string) => {
    const refusal = toArenaError(error, route, log);
    refusedWrites.note(refusal);
    return refusal;
  };
  let isDraining = false;

  app.use((context, next) => {
    const startedAt = performance.now();
    const given = settings.trustedProxies > 0 ? context.req.header(REQUEST_ID_HEADER) : undefined;
    return withRequestId(given ?? null, async (id) => {
      await next();
      context.res.headers.set(REQUEST_ID_HEADER, id);
      if (!settings.accessLog) return;
      log({
        event: 'request',
        level: 'info',
        method: context.req.method,
        // what the route is called, never what was asked for
        route: matchedRoutes(context).at(-1)?.path ?? '/*',
        status: context.res.status,
        ms: Math.round(performance.now() - startedAt),
      });
    });
  });
  app.use(async (context, next) => {
    if (!context.env?.inProcess) checkOrigin(context.req.raw, settings);
    await next();
  });
  app.onError((error, context) => problemResponse(asRefusal(error, context.req.path)));
  app.notFound((context) => {
    const allowed = allowedMethods(context.req.path);
    metrics.requestDone('unknown', allowed.length > 0 ? 405 : 404, 0);
    if (allowed.length > 0) {
      const refusal = new ArenaError('method_not_allowed', `${context.req.method} is not for this path.`, {
        hint: `It takes ${allowed.join(', ')}.`,
      });
      return problemResponse(refusal, { allow: allowed.join(', ') });
    }
    return problemResponse(
      new ArenaError(
        'not_found',
        `There is nothing at ${context.req.method} ${context.req.path.slice(0, 200)}.`,
        {
          hint: 'See /api/v1/docs for what there is.',
        },
      ),
    );
  });

  const serve = createServe(app, {
    settings,
    metrics,
    asRefusal,
    clock: ports.clock,
    identify: (headers) => identify(headers, identifyOptions, ports),
  });
  const tokenOf = (headers: Headers) =>
    headers.has('authorization')
      ? null
      : readSessionToken(headers.get('cookie'), cookieName, deps.authSecret);
  const routes: RouteDeps = {
    serve,
    ports,
    guard,
    metrics,
    asRefusal,
    watchers,
    forgetSessions: () => sessions.forgetAll(),
    async renewSession(headers) {
      const token = tokenOf(headers);
      const session = token === null ? null : await sessions.find(token);
      if (token === null || session === null) return [];
      if (session.expiresAtMs - ports.clock.now() > RENEW_BELOW_MS) return [];
      sessions.forget(token);
      const { headers: renewed } = await deps.auth.api.getSession({ headers, returnHeaders: true });
      return renewed.getSetCookie();
    },
  };
  accountRoutes(routes);
  campaignRoutes(routes);
  votingRoutes(routes);
  boardRoutes(routes);
  battleRoutes(routes);
  dataRoutes(routes);
  judgeRoutes(routes);
  judgeCardRoutes(routes);
  providerRoutes(routes);
  runRoutes(routes);
  docsRoutes(app, ports.renderer, settings.version);

  const handleAuth = createAuthHandler(deps.auth, settings);
  app.all(`${AUTH_PATH}/*`, async (context) => {
    const startedAt = performance.now();
    const request = context.req.raw;
    const changes = request.method !== 'GET';
    if (changes && /\/sign-(in|up)\//.test(context.req.path)) {
      guard(
        'signIns',
        { role: 'public', userId: null, scopes: null },
        clientAddress(context.env?.incoming, settings.trustedProxies),
      );
    }
    const response = await handleAuth(request);
    const token = tokenOf(request.headers);
    if (changes && token !== null) sessions.forget(token);
    if (changes && /revoke|password|update-user/.test(context.req.path)) sessions.forgetAll();
    metrics.requestDone('auth', response.status, (performance.now() - startedAt) / 1000);
    return response;
  });

  app.get('/healthz', () => new Response('ok\n', { headers: TEXT_HEADERS }));
  app.get('/readyz', async () => {
    const { ready, checks } = isDraining
      ? { ready: false, checks: [{ name: 'running', ok: false, found: 'the server is stopping' }] }
      : await checkReady([...deps.readyChecks, { name: 'writes', run: async () => refusedWrites.check() }]);
    return new Response(JSON.stringify({ ready, checks }), {
      status: ready ? 200 : 503,
      headers: JSON_HEADERS,
    });
  });
  app.get('/metrics', async (context) => {
    requireMetricsKey(settings.metrics, context.req.header('authorization'));
    const text = await metrics.text();
    return new Response(text, { headers: { ...API_HEADERS, 'content-type': metrics.contentType } });
  });

  return {
    app,
    settings,
    log,
    drain() {
      isDraining = true;
      watchers.close();
    },
  };
}
