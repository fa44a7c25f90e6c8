import type { RunHistoryJson } from '@agon/contract';
import type { RunCounts, RunHistory } from '../ports/run-store.ts';

/** As `Pace.speed` has it. */
const MIN_MS = 1000;

const isoOf = (atMs: number): string => new Date(atMs).toISOString();

/** @param history null: nothing was kept @param faults of the run's calls as they stand now */
export function presentHistory(history: RunHistory | null, faults: RunCounts['faults']): RunHistoryJson {
  const lost = faults
    .filter(({ reason, state }) => reason === 'rate_limited' && state === 'failed')
    .reduce((sum, { count }) => sum + count, 0);
  if (history === null) {
    return {
      step_seconds: 1,
      points: [],
      turned_away: { calls: 0, bursts: 0, last_at: null, early: 0, longest_wait_ms: 0, lost },
      limits: [],
    };
  }
  const { stepMs, points, turnedAway, limits } = history;
  return {
    step_seconds: stepMs / 1000,
    points: points.map((point) => ({
      at: isoOf(point.atMs),
      seconds: point.workedMs / 1000,
      // of a moment the replies of a second are not told
      per_second: (1000 * point.replies) / Math.max(MIN_MS, point.workedMs),
      in_flight: point.inFlight,
      limit: point.limit,
      turned_away: point.turnedAway,
    })),
    turned_away: {
      calls: turnedAway.calls,
      bursts: turnedAway.bursts,
      last_at: turnedAway.lastMs === null ? null : isoOf(turnedAway.lastMs),
      early: turnedAway.early,
      longest_wait_ms: turnedAway.longestWaitMs,
      lost,
    },
    limits: limits.map(({ of, allowed, left, windowMs, atMs }) => ({
      of,
      allowed,
      used: allowed - left,
      window_seconds: windowMs === null ? null : windowMs / 1000,
      at: isoOf(atMs),
    })),
  };
}
