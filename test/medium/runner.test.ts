import {
  getRunHistory,
  type ModelClient,
  Paces,
  pauseRun,
  rereadRun,
  resumeRun,
  SYSTEM_ACTOR,
  type startJudgeRun,
} from '@agon/arena';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LATE_REPLY, type RunPorts, RunsUnderTest, says } from './runs-under-test.ts';

let arena: RunsUnderTest;

beforeEach(async () => {
  arena = await RunsUnderTest.open();
});
afterEach(() => arena.close());

describe('the runner', () => {
  /** A judge run whose model is not asked over a network. */
  const against = async (client: ModelClient, options: Partial<Parameters<typeof startJudgeRun>[0]> = {}) => {
    const run = await arena.judge(says('A'), { limit: 12, ...options });
    await run.server.stop();
    const deps: RunPorts = { ...run.deps, modelClients: { open: async () => client } };
    return { ...run, deps };
  };
  const reply = (text: string) => ({
    kind: 'reply' as const,
    reply: { ...LATE_REPLY, texts: [text], reasoning: null, finishReason: 'stop', logprobs: null },
  });

  it('keeps all its places taken: a slow call holds up itself alone', async () => {
    let inFlight = 0;
    let asked = 0;
    const seen: number[] = [];
    let release: () => void = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const run = await against({
      async ask() {
        inFlight += 1;
        asked += 1;
        const mine = asked;
        seen.push(inFlight);
        if (mine === 1) await slow;
        else await new Promise((resolve) => setTimeout(resolve, 5));
        if (mine === 24) release();
        inFlight -= 1;
        return reply('no tag');
      },
    });
    // the first call ends only after the last one was asked
    await arena.workToEnd(run.id, run.deps);
    expect(asked).toBe(24);
    expect(Math.max(...seen)).toBe(4);
    expect(await run.document()).toMatchObject({
      state: 'done',
      verdicts: { unscored: { unparseable: 24 } },
    });
  });

  it('waits for as long as a server asks, for that call, and asks the others meanwhile', async () => {
    const askedAt = new Map<string, number[]>();
    const run = await against({
      async ask(request) {
        const key = request.kind === 'chat' ? request.turns.join().replace(/\b[0-9a-f]{10}\b/g, '') : '';
        const times = askedAt.get(key) ?? [];
        askedAt.set(key, [...times, arena.nowMs]);
        if (times.length > 0 || askedAt.size % 3 !== 0) return reply('no tag');
        return {
          kind: 'fault',
          fault: { reason: 'rate_limited', message: 'asked too often', retryAfterMs: 90_000 },
        };
      },
    });
    await arena.workToEnd(run.id, run.deps);
    expect(await run.document()).toMatchObject({ state: 'done', calls: { done: 24, failed: 0, retried: 8 } });
    const waits = [...askedAt.values()].flatMap(([first, second]) =>
      second === undefined ? [] : [second - first!],
    );
    expect(waits).toHaveLength(8);
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(90_000);
    // and what it went through is kept with it
    const history = await getRunHistory({ actor: SYSTEM_ACTOR, run: run.id }, run.deps);
    expect(history.turned_away).toMatchObject({ calls: 8, early: 0, lost: 0 });
    expect(history.turned_away.longest_wait_ms).toBeGreaterThanOrEqual(90_000);
    expect(history.turned_away.longest_wait_ms).toBeLessThanOrEqual(Math.max(...waits));
    const sum = (of: (point: (typeof history.points)[number]) => number) =>
      history.points.reduce((total, point) => total + of(point), 0);
    expect(sum((point) => point.turned_away)).toBe(8);
    expect(Math.max(...history.points.map((point) => point.in_flight))).toBe(4);
  });

  it('rests when a server is gone, tries one call, and gives the run up in the end, to be resumed', async () => {
    let isGone = true;
    let asked = 0;
    const run = await against({
      async ask() {
        asked += 1;
        if (!isGone) return reply('no tag');
        return {
          kind: 'fault',
          fault: { reason: 'unreachable', message: 'nobody there', retryAfterMs: null },
        };
      },
    });
    const stop = new AbortController();
    const ticking = setInterval(() => {
      arena.nowMs += 1000;
    }, 5);
    await arena.workToEnd(run.id, run.deps, stop.signal);
    expect(await run.document()).toMatchObject({ state: 'failed' });
    expect((await run.document()).errors[0]).toMatchObject({
      reason: 'run',
      state: 'stopped',
      count: 1,
      example: 'nobody there',
    });
    expect(asked).toBeLessThan(24);
    isGone = false;
    await resumeRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps);
    await arena.workToEnd(run.id, { ...run.deps, paces: new Paces() });
    clearInterval(ticking);
    expect(await run.document()).toMatchObject({ state: 'done', calls: { pending: 0 } });
  });

  it('is stopped by a pause, and goes on from there', async () => {
    let asked = 0;
    const run = await against({
      async ask() {
        asked += 1;
        if (asked === 3) await pauseRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps);
        await new Promise((resolve) => setTimeout(resolve, 30));
        return reply('no tag');
      },
    });
    await arena.workToEnd(run.id, run.deps);
    const paused = await run.document();
    expect(paused).toMatchObject({ state: 'paused', calls: { in_flight: 0, done: asked } });
    expect(asked).toBeLessThan(24);
    await resumeRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps);
    await arena.workToEnd(run.id, run.deps);
    expect(await run.document()).toMatchObject({ state: 'done', calls: { done: 24, sent: 24 } });
  });

  it('reads stored replies again without asking', async () => {
    const run = await arena.judge(says('A'));
    await run.work();
    await run.server.stop();
    // as if a parser of before had found nothing in them
    await arena.database.sql`update verdicts set outcome = null, unscored = 'unparseable'`;
    await arena.database.sql`update calls set result = 'unparseable'`;
    expect((await run.document()).verdicts.ok).toEqual({ a: 0, b: 0, tie: 0 });
    expect(await rereadRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps)).toEqual({
      read: 12,
      changed: 12,
      parser: 'verdict-2',
    });
    expect((await run.document()).verdicts).toEqual({ ok: { a: 6, b: 6, tie: 0 }, unscored: {} });
    expect(await rereadRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps)).toMatchObject({ changed: 0 });
    const [row] = await arena.database.sql<{ scored: number; all: number }[]>`
      select count(outcome)::int as scored, count(*)::int as all from verdicts`;
    expect(row).toEqual({ scored: 12, all: 12 });
  });
});
