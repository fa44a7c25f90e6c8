import { describe, expect, it } from 'vitest';
import { HistoryKeeper } from './history-keeper.ts';

const START_MS = 1_000_000;
const REFUSED = { reason: 'rate_limited' } as const;

/** A keeper that was told of one reply a second. */
function told(seconds: number): HistoryKeeper {
  const keeper = new HistoryKeeper(null, START_MS);
  for (let i = 1; i <= seconds; i += 1) {
    keeper.look(3, 8, START_MS + i * 1000 - 500);
    keeper.onReply([], START_MS + i * 1000 - 1);
  }
  return keeper;
}

describe('HistoryKeeper', () => {
  it('keeps a point a second, with what happened in it', () => {
    const { points, stepMs } = told(3).take(true)!;
    expect(stepMs).toBe(1000);
    expect(points.map(({ atMs, replies, inFlight, limit }) => [atMs, replies, inFlight, limit])).toEqual([
      [START_MS, 1, 3, 8],
      [START_MS + 1000, 1, 3, 8],
      [START_MS + 2000, 1, 3, 8],
    ]);
    expect(points.reduce((sum, { workedMs }) => sum + workedMs, 0)).toBe(2999);
  });

  it('folds two points into one as the run becomes long, and loses no reply', () => {
    // 3,000 s in at most 240 points: 16 s each, 187 or 188 of them
    const { points, stepMs } = told(3000).take(true)!;
    expect(stepMs).toBe(16_000);
    expect(points.length).toBeLessThanOrEqual(240);
    expect(points.reduce((sum, { replies }) => sum + replies, 0)).toBe(3000);
    expect(points[0]!.atMs).toBe(Math.floor(START_MS / 16_000) * 16_000);
  });

  it('gives out nothing while no point has become whole', () => {
    const keeper = new HistoryKeeper(null, START_MS);
    keeper.look(1, 8, START_MS + 100);
    expect(keeper.take(false)).toBeUndefined();
    keeper.look(1, 8, START_MS + 1100);
    expect(keeper.take(false)?.points).toHaveLength(2);
    keeper.look(1, 8, START_MS + 1200);
    expect(keeper.take(false)).toBeUndefined();
    expect(keeper.take(true)?.points).toHaveLength(2);
  });

  it('goes on where another worker stopped, and leaves out the time between', () => {
    const before = told(2).take(true)!;
    const later = START_MS + 3_600_000;
    const keeper = new HistoryKeeper(before, later);
    keeper.onReply([], later + 400);
    const { points } = keeper.take(true)!;
    expect(points).toHaveLength(3);
    expect(points[2]).toMatchObject({ atMs: later, workedMs: 400, replies: 1 });
  });

  it('counts calls turned away, their bursts, and whether one was asked again too early', () => {
    const keeper = new HistoryKeeper(null, START_MS);
    keeper.onFault(REFUSED, START_MS + 100);
    keeper.onFault(REFUSED, START_MS + 200);
    // a call that was asked again in time, and one a millisecond early
    keeper.onAsk({ turnedAway: { atMs: START_MS + 100, notBeforeMs: START_MS + 2100 } }, 1, START_MS + 2100);
    keeper.onAsk({ turnedAway: { atMs: START_MS + 200, notBeforeMs: START_MS + 5200 } }, 2, START_MS + 5199);
    keeper.onAsk({}, 3, START_MS + 5200);
    // 11 s later is another burst
    keeper.onFault(REFUSED, START_MS + 11_200);
    keeper.onFault({ reason: 'server_error' }, START_MS + 11_200);
    const { turnedAway, points } = keeper.take(true)!;
    expect(turnedAway).toEqual({
      calls: 3,
      bursts: 2,
      lastMs: START_MS + 11_200,
      early: 1,
      longestWaitMs: 4999,
    });
    expect(points.map((point) => point.turnedAway)).toEqual([2, 0, 0, 1]);
  });

  it('knows limits from replies, and over how long a provider counts them', () => {
    const keeper = new HistoryKeeper(null, START_MS);
    // as OpenAI documents them: 1 of 60 requests is back in a second; so a minute
    keeper.onReply(
      [
        { of: 'requests', allowed: 60, left: 59, resetMs: 1000 },
        // 150,000 tokens, 149,984 left, whole again in 6 ms: a minute
        { of: 'tokens', allowed: 150_000, left: 149_984, resetMs: 6 },
      ],
      START_MS + 10,
    );
    expect(keeper.take(true)!.limits).toMatchObject([
      { of: 'requests', allowed: 60, left: 59, windowMs: 60_000 },
      { of: 'tokens', allowed: 150_000, left: 149_984, windowMs: 60_000 },
    ]);
    // 30 of 14,400 in 3 minutes: a day, as Groq's
    keeper.onReply([{ of: 'requests', allowed: 14_400, left: 14_370, resetMs: 179_560 }], START_MS + 20);
    expect(keeper.take(true)!.limits[0]).toMatchObject({ windowMs: 86_400_000 });
    // what nothing was used of says nothing new of its window
    keeper.onReply([{ of: 'requests', allowed: 14_400, left: 14_400, resetMs: 0 }], START_MS + 30);
    expect(keeper.take(true)!.limits[0]).toMatchObject({ left: 14_400, windowMs: 86_400_000 });
  });
});
