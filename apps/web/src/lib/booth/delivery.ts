import { type ArenaError, isArenaError } from '@agon/domain';

/**
 * What a failed call means for what was to be sent.
 * `later`: try again after `waitMs`. `ask`: wait until the voter has agreed or signed in again.
 * `never`: the server has decided; asking again would not change it.
 */
export type Delivery =
  | { readonly kind: 'later'; readonly waitMs: number; readonly because: 'network' | 'server' | 'rate' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'never'; readonly error: ArenaError };

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Doubling waits with jitter: many pages that lost the same server do not come back in the same moment.
 * @param attempts failures so far, ≥ 1
 * @param random 0..1
 * @returns 0.5 to 1 times the doubled wait, at most 30 s
 */
export function backoffMs(attempts: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 10));
  return Math.round(full * (0.5 + random / 2));
}

/** Reads the failure of a call. Errors that are nobody's decision (a bug, a lost network) are tried again. */
export function deliveryOf(error: unknown, attempts: number, random: number): Delivery {
  const waitMs = backoffMs(attempts, random);
  if (!isArenaError(error)) return { kind: 'later', waitMs, because: 'server' };
  if (error.code === 'not_signed_in' || error.code === 'consent_required') return { kind: 'ask' };
  if (error.kind === 'rejected') return { kind: 'never', error };
  const because =
    error.code === 'rate_limited' ? 'rate' : error.code === 'provider_unreachable' ? 'network' : 'server';
  return { kind: 'later', waitMs: Math.max(waitMs, error.retryAfterMs ?? 0), because };
}
