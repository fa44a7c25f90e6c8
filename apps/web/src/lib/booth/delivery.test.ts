import { ArenaError } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { backoffMs, deliveryOf } from './delivery.ts';

describe('backoffMs', () => {
  it.each([
    [1, 0, 500],
    [1, 1, 1000],
    [2, 1, 2000],
    [5, 1, 16_000],
    [6, 1, 30_000],
    [60, 0, 15_000],
    [60, 1, 30_000],
  ])('after %i failures, at chance %d, waits %i ms', (attempts, random, ms) => {
    expect(backoffMs(attempts, random)).toBe(ms);
  });
});

describe('deliveryOf', () => {
  const read = (error: unknown) => deliveryOf(error, 1, 1);

  it.each([
    'already_voted',
    'ticket_expired',
    'ticket_invalid',
    'campaign_not_open',
    'invalid_request',
  ] as const)('takes %s for an answer', (code) => {
    const error = new ArenaError(code, 'No.');
    expect(read(error)).toEqual({ kind: 'never', error });
  });

  it.each(['not_signed_in', 'consent_required'] as const)('waits for the voter at %s', (code) => {
    expect(read(new ArenaError(code, 'No.'))).toEqual({ kind: 'ask' });
  });

  it('tries again where nobody decided', () => {
    expect(read(new ArenaError('provider_unreachable', ''))).toEqual({
      kind: 'later',
      waitMs: 1000,
      because: 'network',
    });
    expect(read(new ArenaError('internal', ''))).toMatchObject({ kind: 'later', because: 'server' });
    expect(read(new TypeError('not ours'))).toMatchObject({ kind: 'later', because: 'server' });
  });

  it('waits as long as the server asks, and no less than its own wait', () => {
    const limited = (retryAfterMs: number) => read(new ArenaError('rate_limited', '', { retryAfterMs }));
    expect(limited(7000)).toEqual({ kind: 'later', waitMs: 7000, because: 'rate' });
    expect(limited(10)).toEqual({ kind: 'later', waitMs: 1000, because: 'rate' });
  });
});
