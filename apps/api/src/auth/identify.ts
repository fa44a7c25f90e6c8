import { type Actor, identifyKey, KEY_PREFIX, type Ports, PUBLIC_ACTOR, SYSTEM_ACTOR } from '@agon/arena';
import { ArenaError } from '@agon/domain';
import { bearerOf, isSameSecret } from '../http/same-secret.ts';
import { readSessionToken } from './session-cookie.ts';
import type { SessionReader } from './session-reader.ts';

export type IdentifyOptions = {
  readonly cookieName: string;
  readonly secret: string;
  /** Bearer secret of the owner of the data folder. */
  readonly ownerKey: string | null;
  readonly sessions: SessionReader;
};

/** Who sends a request: a bearer key where there is one (then cookies do not count), else the session, else nobody. */
export async function identify(
  headers: Headers,
  options: IdentifyOptions,
  deps: Pick<Ports, 'keys' | 'secrets' | 'clock'>,
): Promise<Actor> {
  const authorization = headers.get('authorization');
  if (authorization !== null) return identifyBearer(authorization, options, deps);
  const token = readSessionToken(headers.get('cookie'), options.cookieName, options.secret);
  if (token === null) return PUBLIC_ACTOR;
  const session = await options.sessions.find(token);
  return session === null
    ? PUBLIC_ACTOR
    : { role: session.role, userId: session.userId, scopes: null, anonymous: session.anonymous };
}

async function identifyBearer(
  authorization: string,
  { ownerKey }: IdentifyOptions,
  deps: Pick<Ports, 'keys' | 'secrets' | 'clock'>,
): Promise<Actor> {
  const key = bearerOf(authorization);
  if (key !== null && ownerKey !== null && isSameSecret(key, ownerKey)) return SYSTEM_ACTOR;
  if (key?.startsWith(KEY_PREFIX)) return identifyKey(key, deps);
  throw new ArenaError('not_signed_in', 'The Authorization header holds no key of this arena.', {
    hint: 'Send "Authorization: Bearer agon_…", or no such header.',
  });
}
