import { ArenaError } from '@agon/domain';

export type OriginRules = {
  /** Origin that people see, as `https://arena.example.org`; null: whatever host the request was sent to. */
  readonly publicOrigin: string | null;
  /** Host names (without port) that are answered; null: all. Keeps a page that rebinds its name to 127.0.0.1 out. */
  readonly allowedHosts: ReadonlySet<string> | null;
};

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

function refuse(message: string): never {
  throw new ArenaError('foreign_origin', message, {
    hint: 'Requests that change something must come from this site’s own pages, or carry an API key.',
  });
}

/**
 * Who may change something here:
 * - a request with an Origin: only this site's own, with a key or without one;
 * - a request without an Origin, but with Sec-Fetch-Site: only `same-origin` or `none` (typed into the browser);
 * - a request with neither comes from no browser: only with a bearer key, because a cookie alone could be ridden on.
 * Reading is free of this check, except that a host name that is not ours is refused.
 * @throws ArenaError('foreign_origin')
 */
export function checkOrigin(request: Request, rules: OriginRules): void {
  const { headers } = request;
  const host = headers.get('host') ?? new URL(request.url).host;
  if (rules.allowedHosts !== null && !rules.allowedHosts.has(hostnameOf(host))) {
    refuse(`This server does not answer for the host "${host.slice(0, 100)}".`);
  }
  if (SAFE.has(request.method)) return;
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none')
    refuse('This request comes from another site.');
  const origin = headers.get('origin');
  if (origin !== null) {
    if (!isOwnOrigin(origin, host, rules)) refuse('This request comes from another site.');
    return;
  }
  if (site === null && !/^bearer /i.test(headers.get('authorization') ?? '')) {
    refuse('This request says neither where it comes from nor who sends it.');
  }
}

/** Whether an origin is this site's. @param host header of the request */
export function isOwnOrigin(origin: string, host: string, rules: OriginRules): boolean {
  if (origin === rules.publicOrigin) return true;
  // behind a public origin, the local address still works for the person at the machine
  return (origin === `http://${host}` || origin === `https://${host}`) && origin !== 'null';
}

/** `localhost:3000` → `localhost`, `[::1]:3000` → `[::1]`. */
export function hostnameOf(host: string): string {
  const name = host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.split(':', 1)[0];
  return (name ?? '').toLowerCase();
}
