import { describe, expect, it } from 'vitest';
import { allowedRate, axisMost, linePath, meanRate, xOf } from './pace-history.ts';

const PLOT = { width: 100, height: 40, most: 10 };

describe('linePath', () => {
  it('spans the plot from the first moment to the last, zero at the bottom', () => {
    const points = [
      { atMs: 1000, value: 0 },
      { atMs: 2000, value: 5 },
      { atMs: 3000, value: 10 },
    ];
    expect(linePath(points, PLOT, 1000)).toBe('M0.0,40.0L50.0,20.0L100.0,0.0');
    expect(linePath(points, PLOT, 1000, true)).toBe('M0.0,40.0H50.0V20.0H100.0V0.0');
    expect(linePath([], PLOT, 1000)).toBe('');
  });

  it('is broken where nobody worked on the run', () => {
    const points = [0, 1000, 9000, 10_000].map((atMs) => ({ atMs, value: 10 }));
    expect(linePath(points, PLOT, 1000)).toBe('M0.0,0.0L10.0,0.0M90.0,0.0L100.0,0.0');
  });
});

describe('axisMost', () => {
  it.each([
    [0, 1],
    [0.03, 0.05],
    [1, 1],
    [1.2, 2],
    [8.3, 10],
    [14, 20],
    [43, 50],
    [100, 100],
  ])('%d ends at %d', (most, tick) => {
    expect(axisMost(most)).toBeCloseTo(tick, 9);
  });
});

describe('what a history says', () => {
  const point = { at: '2026-11-30T12:00:00Z', in_flight: 3, limit: 4, turned_away: 0 };

  it('is the mean over the time that was worked, not over points', () => {
    // 4 replies in 2 s and 3 replies in 1 s
    expect(
      meanRate([
        { ...point, seconds: 2, per_second: 2 },
        { ...point, seconds: 1, per_second: 3 },
      ]),
    ).toBeCloseTo(7 / 3, 9);
    expect(meanRate([])).toBeNull();
  });

  it('is what the provider allows, where its window is known', () => {
    const limit = { of: 'requests' as const, allowed: 500, used: 474, at: point.at };
    expect(allowedRate([{ ...limit, window_seconds: 60 }])).toBeCloseTo(25 / 3, 9);
    expect(allowedRate([{ ...limit, window_seconds: null }])).toBeNull();
    expect(allowedRate([])).toBeNull();
  });

  it('stands where its time is', () => {
    expect(xOf(1500, 1000, 2000, 480)).toBe(240);
    expect(xOf(1000, 1000, 1000, 480)).toBe(0);
  });
});
