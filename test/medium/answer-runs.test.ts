import { presentRun, retryRun, SYSTEM_ACTOR, startAnswerRun } from '@agon/arena';
import type { RunId } from '@agon/domain';
import { type ScriptedReply, type ScriptedRequest, startScriptedOpenAiServer } from '@agon/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ASKING, RunsUnderTest } from './runs-under-test.ts';

let arena: RunsUnderTest;

beforeEach(async () => {
  arena = await RunsUnderTest.open();
});
afterEach(() => arena.close());

describe('an answer run', () => {
  const answer = async (
    script: (request: ScriptedRequest) => ScriptedReply,
    options: Partial<Parameters<typeof startAnswerRun>[0]> = {},
  ) => {
    const server = await startScriptedOpenAiServer(script);
    const deps = arena.ports();
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
        topP: null,
        samplingSeed: null,
        effort: null,
        thinkingBudget: null,
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
    arena.database.sql<{ turns: string[]; reply: number | null }[]>`
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
    const before = await run.deps.content.content(arena.campaign);
    await arena.workToEnd(run.id, run.deps);
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
    const after = await run.deps.content.drawable(arena.campaign);
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
    await arena.workToEnd(more.id, more.deps);
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
    await arena.workToEnd(run.id, run.deps);
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
    await arena.workToEnd(run.id, run.deps);
    expect(await presentRun(run.id, run.deps)).toMatchObject({
      state: 'done',
      calls: { done: 4, failed: 0 },
      results: { answered: 4 },
      // what it met on its way stays with the run
      errors: [{ reason: 'passed: refused', count: 1 }],
    });
    await run.server.stop();
  });

  it('sends settings as they are, keeps them with the answers, and asks again under others', async () => {
    const settings = { topP: 0.9, samplingSeed: 5, effort: 'low', repeat: 2 };
    const run = await answer(
      () => ({ kind: 'text', text: 'The same.', reasoning: 'Hm.', reasoningTokens: 7 }),
      settings,
    );
    await arena.workToEnd(run.id, run.deps);
    const bodies = run.server.requests.map(({ body }) => body);
    expect(bodies[0]).toMatchObject({ top_p: 0.9, reasoning_effort: 'low', max_tokens: 99 });
    expect(new Set(bodies.map(({ seed }) => seed))).toEqual(new Set([5, 6]));
    expect(await presentRun(run.id, run.deps)).toMatchObject({
      tokens: { reasoning: 8 * 7 },
      settings: { system: 'Be short.', top_p: 0.9, sampling_seed: 5, effort: 'low', temperature: null },
    });
    await run.server.stop();
    // one text under one setting is one answer, whatever the seeds
    expect(await stored()).toHaveLength(4);
    const other = await answer(() => ({ kind: 'text', text: 'The same.' }), { temperature: 0.5 });
    expect(other.started.calls.total).toBe(4);
    await arena.workToEnd(other.id, other.deps);
    await other.server.stop();
    expect(await stored()).toHaveLength(8);
    // voters compare texts: these are the same ones
    const { answers } = await other.deps.content.drawable(arena.campaign);
    const newest = answers.length - 1;
    expect(answers.text[newest]).toBeLessThan(newest);
    const again = await answer(() => ({ kind: 'drop' }), { temperature: 0.5 });
    expect(again.started).toMatchObject({ state: 'done', calls: { total: 0 } });
    await again.server.stop();
  });

  it('learns which name a server has for the longest reply, and asks each call once more at most', async () => {
    const run = await answer(({ body }) =>
      'max_tokens' in body
        ? {
            kind: 'status',
            status: 400,
            message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
          }
        : { kind: 'text', text: 'fine' },
    );
    await arena.workToEnd(run.id, run.deps);
    expect(await presentRun(run.id, run.deps)).toMatchObject({ results: { answered: 4 }, errors: [] });
    expect(run.server.requests.length).toBeLessThanOrEqual(8);
    expect(run.server.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 99 });
    await run.server.stop();
  });

  it('counts what calls cost by its prices where the provider does not say', async () => {
    const prices = { input: 1000, cached: null, output: 2000 };
    const run = await answer(() => ({ kind: 'text', text: 'two words' }), {
      prices,
      budgetUsd: 0.1,
      concurrency: 1,
    });
    await arena.workToEnd(run.id, run.deps);
    const { tokens, cost, ...rest } = await presentRun(run.id, run.deps);
    expect(rest).toMatchObject({ state: 'done', cost_estimated: true, budget: 0.1 });
    expect(cost).toBeCloseTo((tokens.prompt * 1000 + tokens.completion * 2000) / 1e6, 9);
    const poor = await answer(() => ({ kind: 'text', text: 'two words' }), {
      prices,
      temperature: 0.1,
      budgetUsd: 0.015,
      concurrency: 1,
    });
    await arena.workToEnd(poor.id, poor.deps);
    const paused = await presentRun(poor.id, poor.deps);
    expect(paused).toMatchObject({ state: 'paused', error: expect.stringContaining('budget') });
    expect(paused.cost).toBeLessThanOrEqual(0.015);
    expect(paused.calls.done).toBeGreaterThan(0);
    await run.server.stop();
    await poor.server.stop();
  });

  it('keeps nine errors that passed with the run', async () => {
    // never so many in a row that the provider is left alone for a while
    const run = await answer(
      ({ index }) =>
        index < 18 && index % 2 === 0 ? { kind: 'status', status: 500 } : { kind: 'text', text: `${index}` },
      { concurrency: 1, repeat: 5 },
    );
    await arena.workToEnd(run.id, run.deps);
    expect(await presentRun(run.id, run.deps)).toMatchObject({
      state: 'done',
      calls: { done: 20, failed: 0, retried: 9 },
      errors: [{ reason: 'passed: server_error', count: 9, example: expect.stringContaining('500') }],
    });
    await run.server.stop();
  });
});
