import { type Ports, SYSTEM_ACTOR, startJudgeRun, type WorkPorts, workJudgeRun } from '@agon/arena';
import {
  connect,
  createAuditLog,
  createBattleStore,
  createCampaignStore,
  createContentStore,
  createIds,
  createJudgeStore,
  type Database,
} from '@agon/database';
import type { JudgeRunId } from '@agon/domain';
import { createJudgeModels, judgeFiles } from '@agon/inference';
import {
  createTestDatabase,
  nonceOf,
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedOpenAiServer,
  type TestDatabase,
} from '@agon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedCampaign } from '../crash/seed-campaign.ts';

let testDatabase: TestDatabase;
let database: Database;
let nowMs: number;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
  nowMs = Date.now();
  await seedCampaign(database, { slug: 'judged', models: 3, prompts: 4 });
});

afterEach(async () => {
  await database.close();
  await testDatabase.drop();
});

type JudgePorts = WorkPorts & Pick<Ports, 'campaigns' | 'battles' | 'judgeQueue' | 'judges' | 'audit'>;

function ports(): JudgePorts {
  const clock = { now: () => nowMs };
  return {
    campaigns: createCampaignStore(database, clock.now),
    content: createContentStore(database),
    battles: createBattleStore(database),
    judgeRuns: createJudgeStore(database),
    judgeQueue: { announce: () => Promise.resolve() },
    judgeModels: createJudgeModels({ GOOD_KEY: 'secret-1' }),
    judges: judgeFiles(),
    audit: createAuditLog(database),
    feed: { subscribe: () => () => {}, changed: () => {} },
    clock,
    ids: createIds(clock),
  };
}

const says =
  (label: string) =>
  (request: ScriptedRequest): ScriptedReply => ({
    kind: 'text',
    text: `Because.\n<v-${nonceOf(request)}>${label}</v-${nonceOf(request)}>`,
  });

async function judge(
  script: (request: ScriptedRequest) => ScriptedReply,
  options: Partial<Parameters<typeof startJudgeRun>[0]> = {},
) {
  const server = await startScriptedOpenAiServer(script);
  const deps = ports();
  const run = await startJudgeRun(
    {
      actor: SYSTEM_ACTOR,
      campaign: 'judged',
      judge: 'pairwise-explain',
      model: 'scripted',
      baseUrl: server.baseUrl,
      apiKeyEnv: null,
      orders: 'both',
      limit: 6,
      repeat: 1,
      concurrency: 4,
      budgetUsd: null,
      seed: 1,
      ...options,
    },
    deps,
  );
  const { presentJudgeRun } = await import('@agon/arena');
  return {
    server,
    deps,
    id: run.run as JudgeRunId,
    started: run,
    async work(signal = new AbortController().signal): Promise<void> {
      for (let step = 0; step < 200; step += 1) {
        const result = await workJudgeRun(run.run as JudgeRunId, deps, signal);
        if (result === 'finished') return;
        // time passes only here: what waits for its turn gets it
        if (result === 'wait') nowMs += 60_000;
      }
      throw new Error('the run does not end');
    },
    document: () => presentJudgeRun(run.run as JudgeRunId, deps),
  };
}

describe('a judge run', () => {
  it('asks each battle in both orders and stores verdicts in the battle’s own slots', async () => {
    // always the answer shown first: in the battle's slots that is a, then b
    const run = await judge(says('A'));
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
    const first = await judge((request) =>
      request.index % 3 === 0 ? { kind: 'text', text: 'no tag' } : says('tie')(request),
    );
    await first.work();
    expect((await first.document()).verdicts).toMatchObject({ ok: { tie: 8 }, unscored: { unparseable: 4 } });
    await first.server.stop();
    const second = await judge(says('tie'));
    expect(second.started.calls.total).toBe(4);
    await second.work();
    expect((await second.document()).verdicts).toMatchObject({ ok: { tie: 4 }, unscored: {} });
    await second.server.stop();
    const [row] = await database.sql<{ scored: number; all: number }[]>`
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
    const run = await judge((request) => replies[request.index % 4]!(request), {
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
    const run = await judge(says('B'));
    await run.deps.judgeRuns.setState(run.id, 'running', null, nowMs);
    const lost = await run.deps.judgeRuns.lease(run.id, 5, nowMs, nowMs + 180_000);
    expect(lost).toHaveLength(5);
    // another worker meanwhile finds the rest, and later the five
    await run.work();
    expect(await run.document()).toMatchObject({ state: 'done', verdicts: { ok: { a: 6, b: 6, tie: 0 } } });
    // the first worker comes back late with its reply: the verdict is there already
    const record = (await run.deps.judgeRuns.find(run.id))!;
    await run.deps.judgeRuns.complete(record, lost[0]!, {
      id: run.deps.ids.next() as never,
      outcome: 'tie',
      unscored: null,
      raw: '',
      promptTokens: null,
      cachedTokens: null,
      completionTokens: null,
      costUsd: null,
      latencyMs: null,
      retried: 0,
      atMs: nowMs,
    });
    expect((await run.document()).verdicts.ok).toEqual({ a: 6, b: 6, tie: 0 });
    await run.server.stop();
  });

  it('tries passing faults again and stores what stays broken as unscored', async () => {
    const run = await judge(
      (request) => (request.index < 3 ? { kind: 'status', status: 503 } : says('A')(request)),
      { limit: 1, orders: 'first' },
    );
    await run.work();
    expect((await run.document()).verdicts.ok.a).toBe(1);
    await run.server.stop();
    const broken = await judge(() => ({ kind: 'drop' }), { limit: 1, orders: 'first', model: 'broken' });
    await broken.work();
    expect(await broken.document()).toMatchObject({
      state: 'done',
      verdicts: { unscored: { provider_error: 1 } },
      calls: { failed: 1 },
    });
    await broken.server.stop();
  });

  it('ends at once, and says why, where the server refuses', async () => {
    const run = await judge(() => ({ kind: 'status', status: 401, message: 'bad key' }));
    await run.work();
    const document = await run.document();
    expect(document.state).toBe('failed');
    expect(document.errors[0]?.example).toContain('bad key');
    expect(run.server.requests.length).toBeLessThanOrEqual(4);
    await run.server.stop();
  });

  it('sends the key that its variable names, and refuses a variable that is not set', async () => {
    const run = await judge(says('A'), { apiKeyEnv: 'GOOD_KEY', limit: 1 });
    await run.work();
    expect(run.server.requests[0]?.authorization).toBe('Bearer secret-1');
    await run.server.stop();
    const without = await judge(says('A'), { apiKeyEnv: 'NO_KEY', limit: 1, model: 'other' });
    await without.work();
    expect(await without.document()).toMatchObject({ state: 'failed' });
    expect(without.server.requests).toHaveLength(0);
    await without.server.stop();
  });

  it('stops when cancelled or when the budget is spent', async () => {
    const run = await judge((request) => ({ ...says('A')(request), costUsd: 0.25 }) as ScriptedReply, {
      budgetUsd: 0.5,
      concurrency: 1,
    });
    await run.work();
    expect(await run.document()).toMatchObject({ state: 'cancelled', cost: 0.5, calls: { pending: 10 } });
    await run.server.stop();
    const cancelled = await judge(says('A'), { model: 'other' });
    await cancelled.deps.judgeRuns.setState(cancelled.id, 'cancelled', null, nowMs);
    await cancelled.work();
    expect(cancelled.server.requests).toHaveLength(0);
    await cancelled.server.stop();
  });
});
