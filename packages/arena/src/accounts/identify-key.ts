import { ArenaError, type EpochMs } from '@agon/domain';
import type { Actor } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';

/** `last used` is for people who tidy up: one write a minute is exact enough and keeps reads cheap. */
const TOUCH_EVERY_MS: EpochMs = 60_000;

/**
 * The actor behind a bearer key: its owner's role as it is now, narrowed to the key's scopes.
 * A key that the owner of the data folder made acts as an admin within its scopes.
 * @throws ArenaError('not_signed_in') where the key is unknown or revoked
 */
export async function identifyKey(
  key: string,
  deps: Pick<Ports, 'keys' | 'secrets' | 'clock'>,
): Promise<Actor> {
  const found = await deps.keys.findByHash(deps.secrets.hash(key));
  if (found === null) {
    throw new ArenaError('not_signed_in', 'This API key is not known here.', {
      hint: 'It may have been revoked. Make a new one in the workbench.',
    });
  }
  const nowMs = deps.clock.now();
  if (found.lastUsedAtMs === null || nowMs - found.lastUsedAtMs > TOUCH_EVERY_MS) {
    await deps.keys.touch(found.id, nowMs);
  }
  return { role: found.ownerRole ?? 'admin', userId: found.userId, scopes: found.scopes };
}
