import type { RunJson } from '@agon/contract';

export type SpeedReason =
  /** No worker has begun. */
  | 'not_begun'
  /** The provider asked to be left alone for a while. */
  | 'resting'
  /** Every call that is left is in flight. */
  | 'last_calls'
  /** The provider turned calls away, so fewer are in flight than the run would allow. */
  | 'turned_away'
  /** Replies took long, so fewer are in flight; the number grows again. */
  | 'slowed'
  /** As many calls in flight as the run allows. */
  | 'full'
  /** Limits of the provider, shared with other runs, hold calls back. */
  | 'held_back';

/** Why a run goes as fast as it does; null where it does not go. @param nowMs since the epoch */
export function speedReason(run: RunJson, nowMs: number): SpeedReason | null {
  if (run.state === 'queued') return 'not_begun';
  if (run.state !== 'running') return null;
  if (run.pace === null) return 'not_begun';
  const { in_flight, limit, rate_limited, resting_until } = run.pace;
  if (resting_until !== null && Date.parse(resting_until) > nowMs) return 'resting';
  if (run.calls.pending <= in_flight) return 'last_calls';
  if (in_flight < limit) return 'held_back';
  if (limit >= run.concurrency) return 'full';
  return rate_limited > 0 ? 'turned_away' : 'slowed';
}
