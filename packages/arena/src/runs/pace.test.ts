import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import type { CallFault, CallFaultReason } from '../ports/model-client.ts';
import { Pace, Paces } from './pace.ts';

const fault = (reason: CallFaultReason, retryAfterMs: number | null = null): CallFault => ({
  reason,
  message: reason,
  retryAfterMs,
});
const paceOf = (want: number, limits: Partial<ConstructorParameters<typeof Pace>[0]> = {}) => {
  const pace = new Pace({ concurrency: null, callsPerMinute: null, ...limits });
  pace.want(want);
  return pace;
};
/** Takes as many places as there are. */
const startAll = (pace: Pace, nowMs = 0): number => {
  let started = 0;
  while (pace.tryStart(nowMs)) started += 1;
  return started;
};
/** One call after another, each with its outcome, a millisecond apart. */
const play = (pace: Pace, outcomes: readonly (CallFault | 'reply')[], fromMs = 0): number => {
  let nowMs = fromMs;
  for (const outcome of outcomes) {
    nowMs += 1;
    if (!pace.tryStart(nowMs)) throw new Error(`no place at ${nowMs}`);
    if (outcome === 'reply') pace.onReply(10, nowMs);
    else pace.onFault(outcome, nowMs);
  }
  return nowMs;
};

/** Replies while all places are taken; each place is taken again at once. */
const fill = (pace: Pace, replies: number, latencyMs = 10, fromMs = 0): void => {
  startAll(pace, fromMs);
  for (let i = 0; i < replies; i += 1) {
    pace.onReply(latencyMs, fromMs + i);
    startAll(pace, fromMs + i);
  }
  while (pace.inFlight > 0) pace.onNothing();
};

describe('Pace', () => {
  it('begins with what the run asks for, and never passes what the provider allows', () => {
    expect(startAll(paceOf(8))).toBe(8);
    expect(startAll(paceOf(8, { concurrency: 3 }))).toBe(3);
    const pace = paceOf(2, { concurrency: 4 });
    fill(pace, 200);
    expect(pace.limit).toBe(4);
  });

  it('falls by a fifth for a burst of refusals, not for each, and rises by one for each round of replies', () => {
    const pace = paceOf(20);
    // fast refusals come before slow replies: the first ones say nothing yet
    play(pace, [fault('rate_limited')], -20_000);
    expect(pace.limit).toBe(20);
    play(pace, [fault('rate_limited'), 'reply', fault('rate_limited'), 'reply', fault('rate_limited')]);
    expect(pace.limit).toBe(16);
    // places that are not taken prove nothing
    play(pace, Array(100).fill('reply'), 100);
    expect(pace.limit).toBe(16);
    fill(pace, 17, 10, 300);
    expect(pace.limit).toBe(17);
    // the next burst
    play(pace, [fault('rate_limited')], 20_000);
    expect(pace.limit).toBe(13);
    expect(pace.rateLimited).toBe(5);
  });

  it('does not collapse where one call in five is refused for no fault of its own', () => {
    const pace = paceOf(16);
    let nowMs = 0;
    // a second each, for two minutes
    startAll(pace);
    for (let i = 0; i < 16 * 120; i += 1) {
      nowMs += 62;
      if (i % 5 === 0) pace.onFault(fault('rate_limited', 1000), nowMs);
      else pace.onReply(1000, nowMs);
      startAll(pace, nowMs);
    }
    expect(pace.limit).toBeGreaterThanOrEqual(14);
  });

  /**
   * A provider that replies after a second, for five minutes. @param refuses told how many calls it works on already
   * @returns places at the end, and replies a second over the last minute
   */
  const serve = (pace: Pace, refuses: (busy: number) => boolean) => {
    const ends: number[] = [];
    let replies = 0;
    for (let nowMs = 0; nowMs < 300_000; nowMs += 10) {
      while (ends[0] !== undefined && ends[0] <= nowMs) {
        ends.shift();
        pace.onReply(1000, nowMs);
        if (nowMs >= 240_000) replies += 1;
      }
      // a refused place is taken again in the next round
      for (let free = pace.limit - ends.length; free > 0 && pace.tryStart(nowMs); free -= 1) {
        if (refuses(ends.length)) pace.onFault(fault('rate_limited', 5000), nowMs);
        else ends.push(nowMs + 1000);
      }
    }
    return { limit: pace.limit, perSecond: replies / 60 };
  };

  it('comes down to what a provider works on at once', () => {
    const { limit, perSecond } = serve(paceOf(64), (busy) => busy >= 16);
    expect(limit).toBeLessThanOrEqual(20);
    expect(perSecond).toBeGreaterThan(12);
  });

  it('keeps its places where a provider refuses whatever the pace', () => {
    const random = seededRandom('refusals');
    const { perSecond } = serve(paceOf(64), () => random.next() < 0.3);
    expect(perSecond).toBeGreaterThan(0.85 * 64);
  });

  it('waits for the shortest time it was told when nothing but refusals come, then tries one call', () => {
    const pace = paceOf(10);
    const end = play(
      pace,
      Array.from({ length: 10 }, (_, i) => fault('rate_limited', 60_000 - 1000 * i)),
    );
    expect(pace.tryStart(end + 50_999)).toBe(false);
    expect(pace.nextMs(end)).toBe(end + 51_000);
    expect(startAll(pace, end + 51_000)).toBe(1);
    pace.onReply(10, end + 51_010);
    expect(startAll(pace, end + 51_010)).toBeGreaterThan(1);
  });

  it('rests after five faults in a row, longer each time, and tries one call', () => {
    const pace = paceOf(8);
    let nowMs = play(pace, Array(5).fill(fault('unreachable')));
    for (const restMs of [5000, 10_000, 20_000, 30_000, 30_000]) {
      expect(pace.restingUntilMs).toBe(nowMs + restMs);
      expect(pace.tryStart(nowMs + restMs - 1)).toBe(false);
      nowMs += restMs;
      expect(startAll(pace, nowMs)).toBe(1);
      pace.onFault(fault('server_error'), nowMs);
    }
    expect(pace.rests).toBe(6);
    nowMs += 30_000;
    pace.tryStart(nowMs);
    pace.onReply(10, nowMs);
    expect(pace.rests).toBe(0);
    expect(startAll(pace, nowMs)).toBeGreaterThan(1);
  });

  it('rests when more than half of the last twenty calls met faults, though never five in a row', () => {
    const pace = paceOf(8);
    const mixed = Array.from({ length: 19 }, (_, i) => (i % 5 < 3 ? fault('timeout') : ('reply' as const)));
    const end = play(pace, mixed);
    expect(pace.restingUntilMs).toBeNull();
    play(pace, [fault('timeout')], end);
    expect(pace.restingUntilMs).not.toBeNull();
  });

  it('does not rest for what is wrong with a call itself', () => {
    const pace = paceOf(8);
    play(pace, Array(30).fill(fault('refused')));
    expect(pace.restingUntilMs).toBeNull();
  });

  it('falls when replies become slower than more calls in flight explain', () => {
    const pace = paceOf(16);
    fill(pace, 60, 100);
    const before = pace.limit;
    fill(pace, 60, 150, 1000);
    expect(pace.limit).toBeGreaterThanOrEqual(before);
    const high = pace.limit;
    fill(pace, 50, 900, 20_000);
    expect(pace.limit).toBeLessThan(high);
  });

  it('keeps to so many calls a minute', () => {
    const pace = paceOf(8, { callsPerMinute: 60 });
    expect(startAll(pace, 0)).toBe(1);
    expect(pace.nextMs(0)).toBe(1000);
    expect(startAll(pace, 999)).toBe(0);
    expect(startAll(pace, 1000)).toBe(1);
    // what was not used is not saved up
    expect(startAll(pace, 60_000)).toBe(1);
  });

  it('says how fast it goes', () => {
    const pace = paceOf(4);
    expect(pace.speed(0)).toEqual({ perSecond: 0, latencyMs: null });
    for (let i = 0; i < 20; i += 1) {
      pace.tryStart(i * 100);
      pace.onReply(i < 10 ? 50 : 70, i * 100);
    }
    expect(pace.speed(2000)).toEqual({ perSecond: 10, latencyMs: 70 });
    expect(pace.speed(60_000)).toEqual({ perSecond: 0, latencyMs: null });
  });
});

describe('Paces', () => {
  it('are one for each model of each provider', () => {
    const paces = new Paces();
    const limits = { concurrency: null, callsPerMinute: null, timeoutMs: 1000 };
    const one = paces.of({ id: 'one', limits }, 'm');
    expect(paces.of({ id: 'one', limits }, 'm')).toBe(one);
    expect(paces.of({ id: 'one', limits }, 'n')).not.toBe(one);
    expect(paces.of({ id: 'two', limits }, 'm')).not.toBe(one);
  });
});
