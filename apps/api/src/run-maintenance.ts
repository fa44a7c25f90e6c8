import { ADDRESSES_KEPT_DAYS, type Ports } from '@agon/arena';
import { toArenaError } from './http/problem-response.ts';
import { removeLeftUploads } from './http/read-upload.ts';
import type { Log } from './log/line-log.ts';

const EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Once a minute: battles past their time go back to the pool, sessions and voters' addresses past theirs are removed, and
 * so are uploads of processes that were killed. Several processes may do it at once. Returns the way to stop.
 */
export function runMaintenance(
  ports: Pick<Ports, 'battles' | 'sessionStore' | 'voterAddresses' | 'clock'>,
  log: Log,
): () => void {
  const timer = setInterval(async () => {
    try {
      await ports.battles.expire(ports.clock.now());
      await ports.sessionStore.removeExpired(ports.clock.now());
      await ports.voterAddresses.forget(ports.clock.now() - ADDRESSES_KEPT_DAYS * DAY_MS);
      await removeLeftUploads();
    } catch (error) {
      // an unreachable database is told by /readyz; the next minute tries again
      toArenaError(error, 'runMaintenance', log);
    }
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
