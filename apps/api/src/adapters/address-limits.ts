import type { AddressLimits, Clock } from '@agon/arena';
import { RateLimiter } from '../http/rate-limiter.ts';

/** A class that begins together casts half a minute's votes at once. */
const BURST = 0.5;
const SECONDS = 60;

/** One limiter for each limit that some campaign has. Each process counts for itself. */
export function createAddressLimits(clock: Clock): AddressLimits {
  const limiters = new Map<number, RateLimiter>();
  return {
    take(hash, perMinute) {
      let limiter = limiters.get(perMinute);
      if (limiter === undefined) {
        const limit = { perSecond: perMinute / SECONDS, burst: Math.max(1, Math.ceil(perMinute * BURST)) };
        limiter = new RateLimiter(limit, clock);
        limiters.set(perMinute, limiter);
      }
      limiter.take(hash);
    },
  };
}
