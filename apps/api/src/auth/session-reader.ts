import type { Clock, SessionRecord, SessionStore } from '@agon/arena';
import { LruMap } from '../adapters/lru-map.ts';

/** A session that was ended elsewhere may go on voting this long. Higher roles are asked for every time. */
export const KEPT_MS = 30_000;
const MAX_KEPT = 50_000;

/**
 * Sessions by token. Those of voters are kept in memory for a moment, so that a vote asks the database nothing but to
 * store the vote; those of researchers and admins are read anew, so that a role taken away is gone at once.
 */
export class SessionReader {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #monotonic: Clock;
  readonly #kept = new LruMap<{ readonly session: SessionRecord; readonly untilMs: number }>(MAX_KEPT);

  /** @param monotonic says how long a session was kept, `clock` when it ends */
  constructor(store: SessionStore, clock: Clock, monotonic: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#monotonic = monotonic;
  }

  async find(token: string): Promise<SessionRecord | null> {
    const nowMs = this.#clock.now();
    const kept = this.#kept.get(token);
    if (kept !== undefined && kept.untilMs > this.#monotonic.now() && kept.session.expiresAtMs > nowMs) {
      return kept.session;
    }
    this.#kept.delete(token);
    const session = await this.#store.findSession(token, nowMs);
    if (session?.role === 'voter') {
      this.#kept.set(token, { session, untilMs: this.#monotonic.now() + KEPT_MS });
    }
    return session;
  }

  /** After anything that may have changed sessions or roles. */
  forgetAll(): void {
    this.#kept.clear();
  }

  forget(token: string): void {
    this.#kept.delete(token);
  }
}
