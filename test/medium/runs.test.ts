import {
  type ModelClient,
  Paces,
  type Ports,
  pauseRun,
  presentJudgeRun,
  presentRun,
  providerKeyContext,
  rereadRun,
  resumeRun,
  retryRun,
  SYSTEM_ACTOR,
  startAnswerRun,
  startJudgeRun,
  type WorkPorts,
  workRun,
} from '@agon/arena';
import {
  connect,
  createAuditLog,
  createBattleStore,
  createCampaignMemberStore,
  createCampaignStore,
  createContentStore,
  createIds,
  createJudgeStore,
  createProviderStore,
  createRunStore,
  type Database,
} from '@agon/database';
import type { CampaignId, RunId } from '@agon/domain';
import { createModelClients } from '@agon/inference';
import { judgeFiles } from '@agon/inference/judges';
import { createProviderRules } from '@agon/inference/rules';
import { createKeyVault } from '@agon/inference/vault';
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
let campaign: CampaignId;
let nowMs: number;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
  nowMs = Date.now();
  campaign = await seedCampaign(database, { slug: 'judged', models: 3, prompts: 4 });
});

afterEach(async () => {
  await database.close();
  await testDatabase.drop();
});

type RunPorts = WorkPorts &
  Pick<
    Ports,
    | 'campaigns'
    | 'members'
    | 'judgeStore'
    | 'judges'
    | 'providers'
    | 'providerRules'
    | 'runQueue'
    | 'audit'
    | 'ids'
  >;

/** As of one process; another one has paces of its own. */
function ports(): RunPorts {
  const clock = { now: () => nowMs };
  const vault = createKeyVault('');
  return {
    campaigns: createCampaignStore(database, clock.now),
    members: createCampaignMemberStore(database),
    content: createContentStore(database),
    battles: createBattleStore(database),
    judgeStore: createJudgeStore(database),
    judges: judgeFiles(),
    providers: createProviderStore(database),
    providerRules: createProviderRules({ environment: {}, ownPorts: () => [] }),
    runs: createRunStore(database),
    runQueue: { announce: () => Promise.resolve() },
    modelClients: createModelClients({
      environment: {},
      vault,
      keyContext: providerKeyContext,
      readKey: async (name) => (name === 'GOOD_KEY' ? 'secret-1' : null),
      ownPorts: async () => [],
      now: clock.now,
    }),
    paces: new Paces(),
    audit: createAuditLog(database),
    feed: { subscribe: () => () => {}, changed: () => {} },
    clock,
    timers: {
      // a pause of the runner is real and short; what waits for its time gets it between two looks
      after: (ms, signal) =>
        new Promise((resolve) => {
          const timer = setTimeout(resolve, Math.min(ms, 20));
          signal?.addEventListener('abort', () => {
            clearTimeout(timer);
            resolve();
          });
        }),
    },
    ids: createIds(clock),
  };
}

const NEVER = new AbortController().signal;
const ASKING = { provider: null, apiKeyEnv: null, concurrency: 4, budgetUsd: null, seed: 1 } as const;

/** Works on a run to its end; time passes only here. */
async function workToEnd(id: RunId, deps: RunPorts, signal = NEVER): Promise<void> {
  for (let step = 0; step < 200; step += 1) {
    const result = await workRun(id, deps, signal);
    if (result.kind === 'finished') return;
    nowMs = Math.max(nowMs + 1, result.untilMs);
  }
  throw new Error('the run does not end');
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
  const started = await startJudgeRun(
    {
      ...ASKING,
      actor: SYSTEM_ACTOR,
      campaign: 'judged',
      judge: 'pairwise-explain',
      model: 'scripted',
      baseUrl: server.baseUrl,
      orders: 'both',
      limit: 6,
      repeat: 1,
      ...options,
    },
    deps,
  );
  const id = started.run as RunId;
  return {
    server,
    deps,
    id,
    started,
    work: (signal = NEVER) => workToEnd(id, deps, signal),
    document: () => presentJudgeRun(id, deps),
  };
}

const LATE_REPLY = {
  promptTokens: 1,
  cachedTokens: null,
  completionTokens: 1,
  costUsd: null,
  latencyMs: 1,
  model: null,
  fingerprint: null,
  requestHash: '00',
} as const;

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
    const lost = await run.deps.runs.lease(run.id, 5, nowMs, nowMs + 180_000);
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
            unscored: null,
          },
        },
        atMs: nowMs,
      },
    ]);
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
    // the type of the server's error, and nothing else of what it sent
    expect(document.errors[0]?.example).toContain('scripted');
    expect(JSON.stringify(document)).not.toContain('bad key');
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

  it('stops when cancelled, and pauses when the budget is spent', async () => {
    const run = await judge((request) => ({ ...says('A')(request), costUsd: 0.25 }) as ScriptedReply, {
      budgetUsd: 0.5,
      concurrency: 1,
    });
    await run.work();
    expect(await run.document()).toMatchObject({ state: 'paused', cost: 0.5, calls: { pending: 10 } });
    await resumeRun({ actor: SYSTEM_ACTOR, run: run.id, budgetUsd: 1 }, run.deps);
    await run.work();
    expect(await run.document()).toMatchObject({ state: 'paused', cost: 1, calls: { pending: 8 } });
    await run.server.stop();
    const cancelled = await judge(says('A'), { model: 'other' });
    await cancelled.deps.runs.move(cancelled.id, ['queued'], 'cancelled', null, nowMs);
    await cancelled.work();
    expect(cancelled.server.requests).toHaveLength(0);
    await cancelled.server.stop();
  });
});

describe('an answer run', () => {
  const answer = async (
    script: (request: ScriptedRequest) => ScriptedReply,
    options: Partial<Parameters<typeof startAnswerRun>[0]> = {},
  ) => {
    const server = await startScriptedOpenAiServer(script);
    const deps = ports();
    const started = await startAnswerRun(
      {
        ...ASKING,
        actor: SYSTEM_ACTOR,
        campaign: 'judged',
        model: 'scripted',
        as: 'newcomer',
        baseUrl: server.baseUrl,
        system: 'Be short.',
        temperature: null,
        maxTokens: 99,
        repeat: 1,
        limit: null,
        ...options,
      },
      deps,
    );
    return { server, deps, started, id: started.run as RunId };
  };
  const stored = () =>
    database.sql<{ turns: string[]; reply: number | null }[]>`
      select a.turns, a.reply_id as reply from answers a join models m on m.id = a.model_id where m.name = 'newcomer' order by a.seq`;

  it('asks for every prompt on the same runner, and lets voters see the model', async () => {
    const run = await answer((request) => ({
      kind: 'text',
      text: `<think>hm</think>\nAn answer to: ${request.messages.at(-1)?.content}`,
    }));
    expect(run.started).toMatchObject({
      kind: 'answers',
      subject: 'newcomer',
      calls: { total: 4, pending: 4 },
    });
    const before = await run.deps.content.content(campaign);
    await workToEnd(run.id, run.deps);
    expect(await presentRun(run.id, run.deps)).toMatchObject({
      state: 'done',
      results: { answered: 4 },
      calls: { done: 4, failed: 0 },
      errors: [],
    });
    expect(run.server.requests[0]?.messages).toMatchObject([
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: expect.stringMatching(/^What is prompt-\d\?$/) },
    ]);
    const answers = await stored();
    expect(answers).toHaveLength(4);
    for (const { turns, reply } of answers) {
      expect(turns).toEqual([expect.stringMatching(/^An answer to: What is/)]);
      expect(reply).toEqual(expect.any(Number));
    }
    const after = await run.deps.content.drawable(campaign);
    expect(after.version).toBeGreaterThan(before.version);
    expect(after.answers.length).toBe(4 * 3 + 4);
    await run.server.stop();
    // everything is answered: nothing is asked
    const again = await answer(() => ({ kind: 'drop' }));
    expect(again.started).toMatchObject({ state: 'done', calls: { total: 0 } });
    // a second answer to each
    const more = await answer((request) => ({ kind: 'text', text: `Another one, ${request.index}` }), {
      repeat: 2,
    });
    expect(more.started.calls.total).toBe(4);
    await workToEnd(more.id, more.deps);
    expect(await stored()).toHaveLength(8);
    await again.server.stop();
    await more.server.stop();
  });

  it('keeps what failed to be asked for again, and says why', async () => {
    let isBroken = true;
    const run = await answer((request) =>
      isBroken && request.messages.at(-1)?.content.includes('prompt-2')
        ? { kind: 'status', status: 400 }
        : { kind: 'text', text: 'fine' },
    );
    await workToEnd(run.id, run.deps);
    expect(await presentRun(run.id, run.deps)).toMatchObject({
      state: 'done',
      calls: { done: 3, failed: 1 },
      results: { answered: 3, refused: 1 },
      errors: [{ reason: 'refused', count: 1 }],
    });
    isBroken = false;
    expect(await retryRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps)).toMatchObject({
      state: 'queued',
      calls: { pending: 1, failed: 0 },
    });
    await workToEnd(run.id, run.deps);
    expect(await presentRun(run.id, run.deps)).toMatchObject({
      state: 'done',
      calls: { done: 4, failed: 0 },
      results: { answered: 4 },
      errors: [],
    });
    await run.server.stop();
  });
});

describe('the runner', () => {
  /** A judge run whose model is not asked over a network. */
  const against = async (client: ModelClient, options: Partial<Parameters<typeof startJudgeRun>[0]> = {}) => {
    const run = await judge(says('A'), { limit: 12, ...options });
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
    await workToEnd(run.id, run.deps);
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
        askedAt.set(key, [...times, nowMs]);
        if (times.length > 0 || askedAt.size % 3 !== 0) return reply('no tag');
        return {
          kind: 'fault',
          fault: { reason: 'rate_limited', message: 'asked too often', retryAfterMs: 90_000 },
        };
      },
    });
    await workToEnd(run.id, run.deps);
    expect(await run.document()).toMatchObject({ state: 'done', calls: { done: 24, failed: 0, retried: 8 } });
    const waits = [...askedAt.values()].flatMap(([first, second]) =>
      second === undefined ? [] : [second - first!],
    );
    expect(waits).toHaveLength(8);
    for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(90_000);
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
      nowMs += 1000;
    }, 5);
    await workToEnd(run.id, run.deps, stop.signal);
    expect(await run.document()).toMatchObject({ state: 'failed' });
    expect((await run.document()).errors[0]).toEqual({ reason: 'run', count: 1, example: 'nobody there' });
    expect(asked).toBeLessThan(24);
    isGone = false;
    await resumeRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps);
    await workToEnd(run.id, { ...run.deps, paces: new Paces() });
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
    await workToEnd(run.id, run.deps);
    const paused = await run.document();
    expect(paused).toMatchObject({ state: 'paused', calls: { in_flight: 0, done: asked } });
    expect(asked).toBeLessThan(24);
    await resumeRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps);
    await workToEnd(run.id, run.deps);
    expect(await run.document()).toMatchObject({ state: 'done', calls: { done: 24, sent: 24 } });
  });

  it('reads stored replies again without asking', async () => {
    const run = await judge(says('A'));
    await run.work();
    await run.server.stop();
    // as if a parser of before had found nothing in them
    await database.sql`update verdicts set outcome = null, unscored = 'unparseable'`;
    await database.sql`update calls set result = 'unparseable'`;
    expect((await run.document()).verdicts.ok).toEqual({ a: 0, b: 0, tie: 0 });
    expect(await rereadRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps)).toEqual({
      read: 12,
      changed: 12,
      parser: 'verdict-1',
    });
    expect((await run.document()).verdicts).toEqual({ ok: { a: 6, b: 6, tie: 0 }, unscored: {} });
    expect(await rereadRun({ actor: SYSTEM_ACTOR, run: run.id }, run.deps)).toMatchObject({ changed: 0 });
    const [row] = await database.sql<{ scored: number; all: number }[]>`
      select count(outcome)::int as scored, count(*)::int as all from verdicts`;
    expect(row).toEqual({ scored: 12, all: 12 });
  });
});
