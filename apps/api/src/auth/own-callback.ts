import { ArenaError } from '@agon/domain';
import { isOwnOrigin, type OriginRules } from '../http/check-origin.ts';

/** Fields by which better-auth is told where to go afterwards. */
const CALLBACKS = ['callbackURL', 'newUserCallbackURL', 'errorCallbackURL', 'redirectTo'] as const;

/**
 * Whoever signs in may be sent on to a page of this site and nowhere else: a link that begins with our name and ends on
 * another's is how passwords are fished for.
 * @throws ArenaError('invalid_request')
 */
export function requireOwnCallbacks(request: Request, body: unknown, rules: OriginRules): void {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  const query = new URL(request.url).searchParams;
  for (const field of CALLBACKS) {
    const given = [...query.getAll(field)];
    if (typeof body === 'object' && body !== null && field in body) {
      given.push(String((body as Readonly<Record<string, unknown>>)[field]));
    }
    for (const value of given) {
      // read as a browser reads it: `//other.example`, `/\other.example` and tabs are no paths
      const base = `http://${host}`;
      const url = URL.canParse(value, base) ? new URL(value, base) : null;
      if (url !== null && isOwnOrigin(url.origin, host, rules)) continue;
      throw new ArenaError('invalid_request', `${field} leads away from this site.`, {
        hint: 'Name a path of this site, as in "/workbench", or leave it out.',
        at: { column: field, value: value.slice(0, 200) },
      });
    }
  }
}
