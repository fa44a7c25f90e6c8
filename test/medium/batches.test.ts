// One file: every way in which a batch can end shares one scripted server and its clock.
import {
  cancelRun,
  checkProvider,
  getProvider,
  pauseRun,
  presentRun,
  resumeRun,
  SYSTEM_ACTOR,
  startAnswerRun,
  startJudgeRun,
  workRun,
} from '@agon/arena';
import type { ProviderId, RunId } from '@agon/domain';
import {
  type BatchScript,
  nonceOf,
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedOpenAiServer,
} from '@agon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judgesWithoutProbes } from '../crash/without-probes.ts';
import { ASKING, type RunPorts, RunsUnderTest } from './runs-under-test.ts';

let arena: RunsUnderTest;
const servers: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  arena = await RunsUnderTest.open();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  await arena.close();
});

const PRICES = { input: 2, cached: null, output: 8 };

const serve = async (script: (request: ScriptedRequest) => ScriptedReply, batches: BatchScript) => {
  const server = await startScriptedOpenAiServer(script, { batches });
  servers.push(server);
  const deps = arena.ports();
  await deps.providers.add({
    id: deps.ids.next() as ProviderId,
    name: 'batching',
    preset: 'custom',
    baseUrl: server.baseUrl,
    keyEnv: null,
    sealedKey: null,
    keyEnd: null,
    allowsPrivate: true,
    limits: { concurrency: null, callsPerMinute: null, timeoutMs: 5000 },
    createdAtMs: arena.nowMs,
    by: null,
  });
  await arena.database
    .sql`update providers set capabilities = '{"features": {"batch": {"is": "yes", "why": "It lists its batches."}}}'`;
  return { server, deps };
};

const ANSWERS = {
  ...ASKING,
  actor: SYSTEM_ACTOR,
  campaign: 'judged',
  provider: 'batching',
  baseUrl: null,
  model: 'scripted',
  as: 'newcomer',
  system: '',
  temperature: null,
  topP: null,
  samplingSeed: null,
  effort: null,
  thinkingBudget: null,
  maxTokens: 99,
  repeat: 1,
  limit: null,
  batch: true,
} as const;

const document = (id: string, deps: RunPorts) => presentRun(id as RunId, deps);
/** One look at a run; its time goes on to the next one. */
const step = async (id: string, deps: RunPorts, signal?: AbortSignal) => {
  const result = await workRun(id as RunId, deps, signal ?? new AbortController().signal);
  if (result.kind === 'wait') arena.nowMs = Math.max(arena.nowMs + 1, result.untilMs);
  return result.kind;
};
const says = (request: ScriptedRequest): ScriptedReply => ({
  kind: 'text',
  text: `An answer to: ${request.messages.at(-1)?.content}`,
});
const repliesOf = async (id: string) =>
  (
    await arena.database.sql<{ calls: number; replies: number }[]>`
      select count(distinct call_id)::int as calls, count(*)::int as replies from replies where run_id = ${id}`
  )[0];

describe('a run in batches', () => {
  it('asks all in one file, waits, and reads what comes back in any order', async () => {
    const { server, deps } = await serve(says, {
      looks: 3,
      junk: ['not JSON', '{"custom_id":"somebody else"}', ''],
    });
    const { run } = await startAnswerRun({ ...ANSWERS, prices: PRICES }, deps);
    await step(run, deps);
    expect(await document(run, deps)).toMatchObject({
      state: 'running',
      calls: { pending: 4, in_flight: 4 },
      batches: [{ state: 'waiting', remote_id: 'batch_0', remote_state: 'validating', calls: 4 }],
    });
    expect(server.requests).toEqual([]);
    await arena.workToEnd(run as RunId, deps);
    expect(await document(run, deps)).toMatchObject({
      state: 'done',
      calls: { done: 4, failed: 0, sent: 4 },
      results: { answered: 4 },
      errors: [],
      cost: expect.any(Number),
      cost_estimated: true,
      batches: [{ state: 'collected', remote_state: 'completed', calls: 4 }],
    });
    expect(server.requests).toHaveLength(4);
    expect(server.batches[0]?.lines[0]?.custom_id).toMatch(/^agon-\d+-[\w-]{43}$/);
    expect(server.batches[0]?.lines[0]?.custom_id.length).toBeLessThanOrEqual(64);
    // what a reply is stored with is the hash of what would be sent live
    const [stored] = await arena.database.sql<{ request_hash: string; latency_ms: number | null }[]>`
      select request_hash, latency_ms from replies where run_id = ${run}`;
    expect(stored).toMatchObject({ request_hash: expect.stringMatching(/^[0-9a-f]{64}$/), latency_ms: null });
  });

  it('judges in batches, with nonces that each line keeps', async () => {
    const judge = (request: ScriptedRequest): ScriptedReply => ({
      kind: 'text',
      text: `Because.\n<v-${nonceOf(request)}>A</v-${nonceOf(request)}>`,
    });
    const { server, deps } = await serve(judge, {});
    const started = await startJudgeRun(
      {
        ...ASKING,
        actor: SYSTEM_ACTOR,
        campaign: 'judged',
        judge: 'pair-explain',
        provider: 'batching',
        baseUrl: null,
        model: 'scripted',
        orders: 'both',
        limit: 6,
        repeat: 1,
        batch: true,
      },
      { ...deps, judges: judgesWithoutProbes },
    );
    await arena.workToEnd(started.run as RunId, deps);
    expect(await document(started.run, deps)).toMatchObject({
      state: 'done',
      calls: { total: 12, done: 12 },
      results: { a: 6, b: 6 },
    });
    expect(server.batches).toHaveLength(1);
  });

  it('loses nothing where a batch expires half done, and asks the rest in a next one', async () => {
    const { server, deps } = await serve(says, {
      end: (batch) => (batch === 0 ? 'expired' : 'completed'),
      isAsked: (line) => line < 2,
    });
    const { run } = await startAnswerRun(ANSWERS, deps);
    await arena.workToEnd(run as RunId, deps);
    expect(await document(run, deps)).toMatchObject({
      state: 'done',
      calls: { done: 4, failed: 0 },
      results: { answered: 4 },
      batches: [
        { state: 'ended', remote_state: 'expired', calls: 4 },
        { state: 'collected', remote_state: 'completed', calls: 2 },
      ],
    });
    // nobody was asked twice
    expect(server.requests).toHaveLength(4);
    expect(await repliesOf(run)).toEqual({ calls: 4, replies: 4 });
  });

  it('asks live what comes back from three batches without a reply', async () => {
    const { server, deps } = await serve(says, { end: () => 'expired' });
    const { run } = await startAnswerRun(ANSWERS, deps);
    await arena.workToEnd(run as RunId, deps);
    expect(await document(run, deps)).toMatchObject({ state: 'done', results: { answered: 4 } });
    expect(server.batches).toHaveLength(3);
    expect(server.requests).toHaveLength(4);
  });

  it('classifies lines that failed: the call’s own faults end it, passing ones are asked again', async () => {
    const met = new Map<string, number>();
    const { deps } = await serve((request) => {
      const content = request.messages.at(-1)?.content ?? '';
      met.set(content, (met.get(content) ?? 0) + 1);
      if (content.includes('prompt-1')) return { kind: 'status', status: 400 };
      if (content.includes('prompt-2') && met.get(content) === 1) return { kind: 'status', status: 500 };
      if (content.includes('prompt-3') && met.get(content) === 1) return { kind: 'hang' };
      return { kind: 'text', text: 'fine' };
    }, {});
    const { run } = await startAnswerRun(ANSWERS, deps);
    await arena.workToEnd(run as RunId, deps);
    expect(await document(run, deps)).toMatchObject({
      state: 'done',
      calls: { done: 3, failed: 1, retried: 2 },
      results: { answered: 3, refused: 1 },
      errors: [
        { reason: 'refused', count: 1 },
        { reason: 'passed: server_error', count: 1 },
        { reason: 'passed: timeout', count: 1 },
      ],
    });
  });

  it('stops where the provider does not accept a batch, and sends it again when the run goes on', async () => {
    const { server, deps } = await serve(says, { end: (batch) => (batch === 0 ? 'failed' : 'completed') });
    const { run } = await startAnswerRun(ANSWERS, deps);
    await arena.workToEnd(run as RunId, deps);
    expect(await document(run, deps)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('token_limit_exceeded'),
      calls: { pending: 4, in_flight: 0 },
    });
    await resumeRun({ actor: SYSTEM_ACTOR, run }, deps);
    await arena.workToEnd(run as RunId, deps);
    expect(await document(run, deps)).toMatchObject({ state: 'done', results: { answered: 4 } });
    expect(server.requests).toHaveLength(4);
  });

  it('cancels the batch with the run, and keeps what was done before', async () => {
    const { server, deps } = await serve(says, { looks: 99, isAsked: (line) => line === 0 });
    const { run } = await startAnswerRun(ANSWERS, deps);
    await step(run, deps);
    await step(run, deps);
    await cancelRun({ actor: SYSTEM_ACTOR, run }, deps);
    // another worker finds it: the run is over, its batch is not
    const other = arena.ports();
    expect(await other.runs.open()).toContain(run);
    while ((await step(run, other)) === 'wait');
    expect(server.batches[0]?.status).toBe('cancelled');
    expect(await document(run, deps)).toMatchObject({
      state: 'cancelled',
      calls: { done: 1, pending: 3, in_flight: 0 },
      batches: [{ state: 'ended', remote_state: 'cancelled' }],
    });
    expect(await other.runs.open()).not.toContain(run);
  });

  it('goes on waiting for a batch of a run that is paused, and sends no other', async () => {
    const { server, deps } = await serve(says, {
      looks: 3,
      end: (batch) => (batch === 0 ? 'expired' : 'completed'),
      isAsked: (line) => line < 2,
    });
    const { run } = await startAnswerRun(ANSWERS, deps);
    await step(run, deps);
    await pauseRun({ actor: SYSTEM_ACTOR, run }, deps);
    while ((await step(run, deps)) === 'wait');
    expect(await document(run, deps)).toMatchObject({ state: 'paused', calls: { done: 2, pending: 2 } });
    expect(server.batches).toHaveLength(1);
    await resumeRun({ actor: SYSTEM_ACTOR, run }, deps);
    await arena.workToEnd(run as RunId, deps);
    expect(await document(run, deps)).toMatchObject({ state: 'done', calls: { done: 4 } });
  });

  it.each(['POST /files', 'POST /batches'])(
    'waits where the provider is away at %s, and asks not too often',
    async (call) => {
      let away = 2;
      const { server, deps } = await serve(says, {
        refuse: (asked) => {
          if (asked !== call || away === 0) return null;
          away -= 1;
          return 503;
        },
      });
      const { run } = await startAnswerRun(ANSWERS, deps);
      const beganMs = arena.nowMs;
      await arena.workToEnd(run as RunId, deps);
      expect(arena.nowMs - beganMs).toBeGreaterThanOrEqual(60_000);
      expect(await document(run, deps)).toMatchObject({ state: 'done', results: { answered: 4 } });
      expect(server.batches).toHaveLength(1);
    },
  );

  it('finds a batch again that was sent by a worker who could not say so any more', async () => {
    const { server, deps } = await serve(says, {});
    const { run } = await startAnswerRun(ANSWERS, deps);
    // killed between the provider's reply and the note of it
    const dying: RunPorts = {
      ...deps,
      batches: {
        ...deps.batches,
        noteRemote: () => {
          throw new Error('killed');
        },
      },
    };
    await expect(step(run, dying)).rejects.toThrow('killed');
    expect(server.batches).toHaveLength(1);
    const next = arena.ports();
    await arena.workToEnd(run as RunId, next);
    expect(server.batches).toHaveLength(1);
    expect(server.requests).toHaveLength(4);
    expect(await document(run, next)).toMatchObject({ state: 'done', results: { answered: 4 } });
  });

  it.each(['noteFile', 'upload'])('makes the file again where a worker was killed at %s', async (where) => {
    const { server, deps } = await serve(says, {});
    const { run } = await startAnswerRun(ANSWERS, deps);
    const killed = () => {
      throw new Error('killed');
    };
    const dying: RunPorts = {
      ...deps,
      ...(where === 'noteFile'
        ? { batches: { ...deps.batches, noteFile: killed } }
        : {
            modelClients: {
              open: async (provider, model) => {
                const client = await deps.modelClients.open(provider, model);
                return { ...client, batches: { ...client.batches!, upload: killed } };
              },
            },
          }),
    };
    await expect(step(run, dying)).rejects.toThrow('killed');
    await arena.workToEnd(run as RunId, arena.ports());
    expect(server.batches).toHaveLength(1);
    expect(await document(run, deps)).toMatchObject({ state: 'done', results: { answered: 4 } });
  });

  it('stores no reply twice where a worker was killed while it stored them', async () => {
    const { server, deps } = await serve(says, {});
    const { run } = await startAnswerRun(ANSWERS, deps);
    const dying: RunPorts = {
      ...deps,
      batches: {
        ...deps.batches,
        end: () => {
          throw new Error('killed');
        },
      },
    };
    await step(run, deps);
    await expect(step(run, dying)).rejects.toThrow('killed');
    expect(await repliesOf(run)).toEqual({ calls: 4, replies: 4 });
    await arena.workToEnd(run as RunId, arena.ports());
    expect(await repliesOf(run)).toEqual({ calls: 4, replies: 4 });
    expect(server.requests).toHaveLength(4);
    expect(await document(run, deps)).toMatchObject({ state: 'done', calls: { done: 4, sent: 4 } });
  });

  it('is worked on by one worker at a time', async () => {
    const { server, deps } = await serve(says, { looks: 2 });
    const { run } = await startAnswerRun(ANSWERS, deps);
    const workers = [deps, arena.ports(), arena.ports()];
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(workers.map((worker) => step(run, worker)));
      if ((await document(run, deps)).state === 'done') break;
    }
    expect(await document(run, deps)).toMatchObject({ state: 'done', calls: { done: 4 } });
    expect(server.batches).toHaveLength(1);
    expect(await repliesOf(run)).toEqual({ calls: 4, replies: 4 });
  });

  it('sends only what its budget surely pays for, were every reply as long as it may be', async () => {
    const { server, deps } = await serve(says, {});
    // 99 tokens at 8 USD a million and a short prompt: between 0.0008 and 0.0009 USD a call at most
    const { run } = await startAnswerRun({ ...ANSWERS, prices: PRICES, budgetUsd: 0.0005 }, deps);
    await arena.workToEnd(run as RunId, deps);
    expect(await document(run, deps)).toMatchObject({
      state: 'paused',
      error: expect.stringContaining('budget'),
      calls: { pending: 4, in_flight: 0 },
      batches: [],
    });
    // two at a time, and what they really cost leaves room for the others
    await resumeRun({ actor: SYSTEM_ACTOR, run, budgetUsd: 0.002 }, deps);
    await arena.workToEnd(run as RunId, deps);
    const after = await document(run, deps);
    expect(after).toMatchObject({ state: 'done', calls: { done: 4 } });
    expect(after.batches.map(({ calls }) => calls)).toEqual([2, 2]);
    expect(after.cost).toBeLessThan(0.002);
    expect(server.requests).toHaveLength(4);
  });

  it('is refused where nobody knows of a batch endpoint, and where its cost cannot be known before', async () => {
    const { deps } = await serve(says, {});
    await expect(startAnswerRun({ ...ANSWERS, budgetUsd: 1 }, deps)).rejects.toMatchObject({
      code: 'invalid_request',
      at: { column: 'budget_usd' },
    });
    await expect(startAnswerRun({ ...ANSWERS, model: '' }, deps)).rejects.toMatchObject({
      at: { column: 'model' },
    });
    await arena.database.sql`update providers set capabilities = null`;
    await expect(startAnswerRun(ANSWERS, deps)).rejects.toMatchObject({
      code: 'invalid_request',
      at: { column: 'batch' },
      hint: expect.stringContaining('agon provider check batching'),
    });
  });
});

describe('a check of a provider', () => {
  const ready = (request: ScriptedRequest): ScriptedReply => {
    const { body, messages } = request;
    const last = JSON.stringify(messages.at(-1)?.content ?? '');
    if (body.response_format !== undefined) return { kind: 'text', text: '{"colour":"red","count":3}' };
    if (body.tools !== undefined) return { kind: 'text', text: '', calls: '{"colour":"blue","count":4}' };
    if (messages.at(-1)?.role === 'assistant') return { kind: 'text', text: 'is.' };
    if (last.includes('image_url')) return { kind: 'text', text: 'Red' };
    if (body.logprobs === true) {
      return {
        kind: 'text',
        text: 'A',
        logprobs: [
          [
            ['A', -0.1],
            ['B', -2],
          ],
        ],
      };
    }
    if (last.includes('random letters')) return { kind: 'text', text: `letters of seed ${body.seed}` };
    return { kind: 'text', text: 'ready', reasoningTokens: 5, costUsd: 0.1 };
  };
  const featuresOf = async (script: typeof ready, batches?: BatchScript) => {
    const { deps } = await serve(
      script,
      batches ?? { refuse: (call) => (call === 'GET /batches' ? 404 : null) },
    );
    await arena.database.sql`update providers set capabilities = null`;
    const { run } = await checkProvider(
      { actor: SYSTEM_ACTOR, provider: 'batching', model: 'scripted' },
      deps,
    );
    await arena.workToEnd(run as RunId, deps);
    const { capabilities } = await getProvider({ actor: SYSTEM_ACTOR, provider: 'batching' }, deps);
    const features = Object.entries(capabilities?.features ?? {}).map(([name, { is }]) => [name, is]);
    return { features: Object.fromEntries(features), capabilities, run: await document(run, deps) };
  };

  it('finds everything where there is everything', async () => {
    const { features, capabilities, run } = await featuresOf(ready, {});
    expect(features).toEqual({
      chat: 'yes',
      logprobs: 'yes',
      json_schema: 'yes',
      tools: 'yes',
      prefill: 'yes',
      vision: 'yes',
      seed: 'yes',
      reasoning: 'yes',
      batch: 'yes',
    });
    expect(capabilities).toMatchObject({ chat: true, top_logprobs: 2, reports_cost: true, reasoning: true });
    for (const { why } of Object.values(capabilities?.features ?? {})) expect(why).not.toBe('');
    expect(run).toMatchObject({ state: 'done', calls: { total: 11, done: 11 } });
  });

  it('finds out that a server takes everything and does nothing of it', async () => {
    const { features } = await featuresOf(({ index }) => ({ kind: 'text', text: `Well, number ${index}.` }));
    expect(features).toEqual({
      chat: 'yes',
      logprobs: 'no',
      json_schema: 'no',
      tools: 'no',
      prefill: 'no',
      vision: 'no',
      seed: 'no',
      reasoning: 'no',
      batch: 'no',
    });
  });

  it('leaves open what it cannot tell: a server that says the same always, one that fails', async () => {
    const same = await featuresOf(({ body }) =>
      body.tools === undefined ? { kind: 'text', text: 'Same.' } : { kind: 'status', status: 500 },
    );
    expect(same.features).toMatchObject({ seed: 'unknown', tools: 'unknown' });
    expect(same.capabilities?.features?.tools?.why).toContain('500');
  });
});
