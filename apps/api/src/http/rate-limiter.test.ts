import type { ArenaError } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

function limiter(limit = { perSecond: 2, burst: 3 }, maxKeys?: number) {
  const clock = { nowMs: 1000, now: () => clock.nowMs };
  return { clock, rates: new RateLimiter(limit, clock, maxKeys) };
}

const refusedFor = (rates: RateLimiter, key: string): number | null => {
  try {
    rates.take(key);
    return null;
  } catch (error) {
    expect((error as ArenaError).code).toBe('rate_limited');
    return (error as ArenaError).retryAfterMs ?? -1;
  }
};

describe('RateLimiter', () => {
  it('allows a burst, then the steady rate, and says how long to wait', () => {
    const { clock, rates } = limiter();
    expect([1, 2, 3, 4].map(() => refusedFor(rates, 'x'))).toEqual([null, null, null, 500]);
    clock.nowMs += 200;
    expect(refusedFor(rates, 'x')).toBe(300);
    clock.nowMs += 300;
    expect(refusedFor(rates, 'x')).toBeNull();
    expect(refusedFor(rates, 'x')).toBe(500);
  });

  it('never saves more than a burst', () => {
    const { clock, rates } = limiter();
    clock.nowMs += 1_000_000;
    expect([1, 2, 3].map(() => refusedFor(rates, 'x'))).toEqual([null, null, null]);
    expect(refusedFor(rates, 'x')).toBe(500);
  });

  it('counts each key by itself and stays small', () => {
    const { rates } = limiter({ perSecond: 1, burst: 1 }, 2);
    expect(refusedFor(rates, 'x')).toBeNull();
    expect(refusedFor(rates, 'y')).toBeNull();
    expect(refusedFor(rates, 'x')).toBe(1000);
    rates.take('z');
    expect(refusedFor(rates, 'x')).toBe(1000);
  });

  it('survives a clock that goes back', () => {
    const { clock, rates } = limiter();
    rates.take('x');
    clock.nowMs -= 5000;
    expect([1, 2].map(() => refusedFor(rates, 'x'))).toEqual([null, null]);
  });
});
