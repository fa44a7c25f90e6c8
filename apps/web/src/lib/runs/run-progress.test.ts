import type { RunJson } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { changedStates } from './changed-states.ts';
import { progressOf } from './run-progress.ts';
import { type SpeedReason, speedReason } from './speed-reason.ts';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');

type Change = Omit<Partial<RunJson>, 'calls' | 'pace'> & {
  calls?: Partial<RunJson['calls']>;
  pace?: Partial<NonNullable<RunJson['pace']>> | null;
};

function run({ calls, pace, ...rest }: Change = {}): RunJson {
  return {
    run: 'r1',
    kind: 'verdicts',
    campaign: 'mt',
    title: 'MT',
    provider: 'lab',
    model: 'large',
    subject: 'pairwise',
    identity: null,
    state: 'running',
    standing: 'counted',
    standing_reason: null,
    error: null,
    started_at: '2026-11-30T11:50:00Z',
    finished_at: null,
    seconds: 600,
    calls: {
      total: 100,
      pending: 60,
      in_flight: 8,
      done: 38,
      failed: 2,
      sent: 45,
      unasked: 0,
      retried: 5,
      ...calls,
    },
    results: {},
    tokens: { prompt: 0, cached: 0, completion: 0, reasoning: 0 },
    cost: 2,
    cost_estimated: false,
    prices: null,
    settings: {},
    batches: [],
    budget: 10,
    concurrency: 8,
    seed: 1,
    pace:
      pace === null
        ? null
        : {
            in_flight: 8,
            limit: 8,
            per_second: 4,
            rate_limited: 0,
            latency_ms: 900,
            resting_until: null,
            ...pace,
          },
    errors: [],
    ...rest,
  };
}

describe('progressOf', () => {
  it('tells from the speed of now what is left, and from the price so far what it will cost', () => {
    // 60 calls at 4 a second; 40 calls cost 2 dollars, so 100 cost 5
    expect(progressOf(run())).toEqual({ ended: 40, perSecond: 4, secondsLeft: 15, expectedCost: 5 });
  });

  it.each([
    ['nobody knows the speed', run({ pace: null }), { perSecond: null, secondsLeft: null, expectedCost: 5 }],
    ['no reply lately', run({ pace: { per_second: 0 } }), { perSecond: null, secondsLeft: null }],
    ['paused', run({ state: 'paused', pace: null }), { perSecond: null, secondsLeft: null, expectedCost: 5 }],
    ['no price', run({ cost: null }), { expectedCost: null }],
    ['too few calls to guess from', run({ calls: { pending: 96 } }), { ended: 4, expectedCost: null }],
    // 100 calls in 600 seconds
    [
      'done',
      run({ state: 'done', pace: null, calls: { pending: 0 } }),
      { ended: 100, perSecond: 1 / 6, secondsLeft: null, expectedCost: null },
    ],
    [
      'done without a call',
      run({ state: 'done', pace: null, seconds: 0, calls: { total: 0, pending: 0 } }),
      { ended: 0, perSecond: null },
    ],
  ])('%s', (_name, given, expected) => {
    expect(progressOf(given)).toMatchObject(expected);
  });
});

describe('speedReason', () => {
  it.each<[string, RunJson, SpeedReason | null]>([
    ['as many as the run allows', run(), 'full'],
    ['queued', run({ state: 'queued', pace: null }), 'not_begun'],
    ['no word of its worker yet', run({ pace: null }), 'not_begun'],
    ['paused', run({ state: 'paused' }), null],
    ['resting', run({ pace: { in_flight: 0, resting_until: '2026-11-30T12:00:20Z' } }), 'resting'],
    ['rested', run({ pace: { in_flight: 5, limit: 8, resting_until: '2026-11-30T11:59:59Z' } }), 'held_back'],
    ['the last ones', run({ calls: { pending: 3 }, pace: { in_flight: 3 } }), 'last_calls'],
    ['below its limit', run({ pace: { in_flight: 2 } }), 'held_back'],
    ['turned away', run({ pace: { in_flight: 5, limit: 5, rate_limited: 9 } }), 'turned_away'],
    ['slow replies', run({ pace: { in_flight: 5, limit: 5 } }), 'slowed'],
  ])('%s', (_name, given, reason) => {
    expect(speedReason(given, NOW_MS)).toBe(reason);
  });
});

describe('changedStates', () => {
  it('finds what moved on, not what is new or only counted further', () => {
    const before = [run({ run: 'r1' }), run({ run: 'r2' })];
    const after = [
      run({ run: 'r3', state: 'queued' }),
      run({ run: 'r2', state: 'done' }),
      run({ run: 'r1', calls: { pending: 10 } }),
    ];
    expect(changedStates(before, after).map((each) => each.run)).toEqual(['r2']);
  });
});
