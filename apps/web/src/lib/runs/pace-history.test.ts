import type { RunJson } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { linePoints, withPace } from './pace-history.ts';

const going = (rate_limited: number, state: RunJson['state'] = 'running') =>
  ({
    state,
    pace: { in_flight: 5, limit: 8, per_second: 2.5, rate_limited, latency_ms: 900, resting_until: null },
  }) as RunJson;

describe('withPace', () => {
  it('counts what was turned away since the point before', () => {
    const one = withPace([], going(7), null, 1000);
    expect(one).toEqual([{ atMs: 1000, perSecond: 2.5, inFlight: 5, turnedAway: 0 }]);
    expect(withPace(one, going(9), 7, 2000)[1]?.turnedAway).toBe(2);
    // another worker begins to count anew
    expect(withPace(one, going(0), 7, 2000)[1]?.turnedAway).toBe(0);
  });

  it('keeps ten minutes, and nothing of a run that does not go', () => {
    let history = withPace([], going(0), null, 0);
    for (let i = 1; i < 700; i += 1) history = withPace(history, going(0), 0, i * 1000);
    expect(history).toHaveLength(600);
    expect(history[0]?.atMs).toBe(100_000);
    expect(withPace(history, going(0, 'paused'), 0, 700_000)).toEqual([]);
  });
});

describe('linePoints', () => {
  it('spans the plot from the first moment to the last, zero at the bottom', () => {
    const points = [
      { atMs: 1000, value: 0 },
      { atMs: 2000, value: 5 },
      { atMs: 3000, value: 10 },
    ];
    expect(linePoints(points, { width: 100, height: 40, most: 10 })).toBe('0.0,40.0 50.0,20.0 100.0,0.0');
    expect(linePoints([], { width: 100, height: 40, most: 10 })).toBe('');
  });
});
