import type { Actor, Clock } from '@agon/arena';
import type { RateLimits } from './api-settings.ts';
import { RateLimiter } from './http/rate-limiter.ts';

export type RateGuard = (what: keyof RateLimits, actor: Actor, address: string) => void;

/** Per voter where there is one, else per client address. Null limits: everything passes. */
export function createRateGuard(limits: RateLimits | null, monotonic: Clock): RateGuard {
  if (limits === null) return () => {};
  const limiters = new Map(
    Object.entries(limits).map(([what, limit]) => [
      what as keyof RateLimits,
      new RateLimiter(limit, monotonic),
    ]),
  );
  return (what, actor, address) => {
    if (actor.role === 'system') return;
    limiters.get(what)?.take(actor.userId ?? address);
  };
}
