import type { Clock } from '@agon/arena';
import { ArenaError } from '@agon/domain';
import { LruMap } from '../adapters/lru-map.ts';

/** A bucket of tokens: `burst` at most, refilled at `perSecond`. */
export type RateLimit = { readonly perSecond: number; readonly burst: number };

type Bucket = { tokens: number; atMs: number };

/** Buckets in memory, one a key. Each process counts for itself: n processes allow up to n times as much. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #buckets: LruMap<Bucket>;

  /** @param clock one that never goes back: an hour back would otherwise be an hour without tokens
   *  @param maxKeys how many buckets are kept; the one that was touched least recently is dropped first */
  constructor(limit: RateLimit, clock: Clock, maxKeys = 50_000) {
    this.#limit = limit;
    this.#clock = clock;
    this.#buckets = new LruMap(maxKeys);
  }

  /** Takes one token. @throws ArenaError('rate_limited') with the time until the next one */
  take(key: string): void {
    const nowMs = this.#clock.now();
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond);
    bucket.atMs = nowMs;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) {
      throw new ArenaError('rate_limited', 'Too many requests in a short time.', {
        hint: 'Slow down a little; nothing that was counted is lost.',
        retryAfterMs: Math.ceil(((1 - bucket.tokens) / perSecond) * 1000),
      });
    }
    bucket.tokens -= 1;
  }
}
