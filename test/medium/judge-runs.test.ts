import { resumeRun, SYSTEM_ACTOR } from '@agon/arena';
import type { ScriptedReply, ScriptedRequest } from '@agon/testkit';
import { nonceOf } from '@agon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LATE_REPLY, RunsUnderTest, says } from './runs-under-test.ts';

let arena: RunsUnderTest;

beforeEach(async () => {
  arena = await RunsUnderTest.open();
});
afterEach(() => arena.close());

describe('a judge run', () => {
  it('asks each battle in both orders and stores verdicts in the battle’s own slots', async () => {
    // always the answer shown first: in the battle's slots that is a, then b
    const run = await arena.judge(says('A'));
    expect(run.started).toMatchObject({ state: 'queued', battles: 6, calls: { total: 12, pending: 12 } });
    await run.work();
    expect(await run.document()).toMatchObject({
      state: 'done',
      verdicts: { ok: { a: 6, b: 6, tie: 0 }, unscored: {} },
      probes: { position_consistency: 0, first_slot_rate: 1 },
      suspect: true,
      calls: { total: 12, pending: 0, sent: 12, failed: 0 },
    });
    expect(run.server.requests).toHaveLength(12);
    expect((await run.document()).tokens.prompt).toBeGreaterThan(0);
    await run.server.stop();
  });

  it('never asks twice what it has scored, and asks again what it has not', async () => {
    const first = await arena.judge((request) =>
      request.index % 3 === 0 ? { kind: 'text', text: 'no tag' } : says('tie')(request),
    );
    await first.work();
    expect((await first.document()).verdicts).toMatchObject({ ok: { tie: 8 }, unscored: { unparseable: 4 } });
    await first.server.stop();
    const second = await arena.judge(says('tie'));
    expect(second.started.calls.total).toBe(4);
    await second.work();
    expect((await second.document()).verdicts).toMatchObject({ ok: { tie: 4 }, unscored: {} });
    await second.server.stop();
    const [row] = await arena.database.sql<{ scored: number; all: number }[]>`
      select count(outcome)::int as scored, count(*)::int as all from verdicts`;
    expect(row).toEqual({ scored: 12, all: 12 });
  });

  it('gives every unscored reply its reason', async () => {
    const replies: ((request: ScriptedRequest) => ScriptedReply)[] = [
      () => ({ kind: 'text', text: 'A' }),
      (request) => ({
        kind: 'text',
        text: `<v-${nonceOf(request)}>A</v-${nonceOf(request)}><v-${nonceOf(request)}>B</v-${nonceOf(request)}>`,
      }),
      () => ({ kind: 'text', text: 'thinking', finishReason: 'length' }),
      () => ({ kind: 'text', text: '', finishReason: 'content_filter' }),
    ];
    const run = await arena.judge((request) => replies[request.index % 4]!(request), {
      concurrency: 1,
      limit: 4,
      orders: 'first',
    });
    await run.work();
    expect((await run.document()).verdicts.unscored).toEqual({
      unparseable: 1,
      two_labels: 1,
      cut_off: 1,
      refused: 1,
    });
    await run.server.stop();
  });

  it('survives a worker that is gone: its leases run out and nothing is lost or doubled', async () => {
    const run = await arena.judge(says('B'));
    const lost = await run.deps.runs.lease(run.id, 5, arena.nowMs, arena.nowMs + 180_000);
    expect(lost).toHaveLength(5);
    // another worker meanwhile finds the rest, and later the five
    await run.work();
    expect(await run.document()).toMatchObject({ state: 'done', verdicts: { ok: { a: 6, b: 6, tie: 0 } } });
    // the first worker comes back late with its reply: the verdict is there already
    const record = (await run.deps.runs.find(run.id))!;
    const late = (await run.deps.runs.replies(run.id, 0, 1))[0]!.reply;
    await run.deps.runs.settle(record, 'late', [
      {
        kind: 'reply',
        call: lost[0]!,
        reply: { ...LATE_REPLY, ...late },
        read: {
          label: 'tie',
          reading: {
            type: 'verdict',
            judgeId: String(record.config.judgeId),
            battleId: lost[0]!.target,
            outcome: 'tie',
            shareA: null,
            unscored: null,
          },
        },
        atMs: arena.nowMs,
      },
    ]);
    expect((await run.document()).verdicts.ok).toEqual({ a: 6, b: 6, tie: 0 });
    await run.server.stop();
  });

  it('tries passing faults again and stores what stays broken as unscored', async () => {
    const run = await arena.judge(
      (request) => (request.index < 3 ? { kind: 'status', status: 503 } : says('A')(request)),
      { limit: 1, orders: 'first' },
    );
    await run.work();
    expect((await run.document()).verdicts.ok.a).toBe(1);
    await run.server.stop();
    const broken = await arena.judge(() => ({ kind: 'drop' }), {
      limit: 1,
      orders: 'first',
      model: 'broken',
    });
    await broken.work();
    expect(await broken.document()).toMatchObject({
      state: 'done',
      verdicts: { unscored: { provider_error: 1 } },
      calls: { failed: 1 },
    });
    await broken.server.stop();
  });

  it('ends at once, and says why, where the server refuses', async () => {
    const run = await arena.judge(() => ({ kind: 'status', status: 401, message: 'bad key' }));
    await run.work();
    const document = await run.document();
    expect(document.state).toBe('failed');
    // the type of the server's error, and nothing else of what it sent
    expect(document.errors[0]?.example).toContain('scripted');
    expect(JSON.stringify(document)).not.toContain('bad key');
    expect(run.server.requests.length).toBeLessThanOrEqual(4);
    await run.server.stop();
  });

  it('sends the key that its variable names, and refuses a variable that is not set', async () => {
    const run = await arena.judge(says('A'), { apiKeyEnv: 'GOOD_KEY', limit: 1 });
    await run.work();
    expect(run.server.requests[0]?.authorization).toBe('Bearer secret-1');
    await run.server.stop();
    const without = await arena.judge(says('A'), { apiKeyEnv: 'NO_KEY', limit: 1, model: 'other' });
    await without.work();
    expect(await without.document()).toMatchObject({ state: 'failed' });
    expect(without.server.requests).toHaveLength(0);
    await without.server.stop();
  });

  it('stops when cancelled, and pauses when the budget is spent', async () => {
    const run = await arena.judge((request) => ({ ...says('A')(request), costUsd: 0.25 }) as ScriptedReply, {
      budgetUsd: 0.5,
      prices: { input: 0, cached: null, output: 0 },
      concurrency: 1,
    });
    await run.work();
    expect(await run.document()).toMatchObject({ state: 'paused', cost: 0.5, calls: { pending: 10 } });
    await resumeRun({ actor: SYSTEM_ACTOR, run: run.id, budgetUsd: 1 }, run.deps);
    await run.work();
    expect(await run.document()).toMatchObject({ state: 'paused', cost: 1, calls: { pending: 8 } });
    await run.server.stop();
    const cancelled = await arena.judge(says('A'), { model: 'other' });
    await cancelled.deps.runs.move(cancelled.id, ['queued'], 'cancelled', null, arena.nowMs);
    await cancelled.work();
    expect(cancelled.server.requests).toHaveLength(0);
    await cancelled.server.stop();
  });
});
