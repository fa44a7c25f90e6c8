import type { RunId } from '@agon/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaWithRoles, openArenaWithRoles } from './arena-with-roles.ts';
import { MODELS } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo } from './voter.ts';

const PROMPTS = 6;

let arena: ArenaWithRoles['arena'];
let slug: string;
let researcher: Visitor;

beforeAll(async () => {
  const roles = await openArenaWithRoles();
  ({ arena, slug, researcher } = roles);
  await roles.addProvider(roles.admin, { name: 'lab' });
});
afterAll(() => arena.close());

const start = (body: object = {}, by = researcher) =>
  by.call('startAnswerRun', {
    params: { campaign: slug },
    body: { model: 'gnu-1', provider: 'lab', ...body },
  });
const at = (run: string) => ({ params: { run } });

/** As a worker that gave up on a run, or on some of its calls. */
async function fail(run: string, calls: number) {
  const { sql } = arena.database;
  await sql`update calls set state = 'failed', fault = 'refused', fault_message = 'It said no.' where id in
    (select id from calls where run_id = ${run} order by id limit ${calls})`;
  await arena.ports.runs.move(run as RunId, ['queued'], 'failed', 'The provider is gone.', Date.now());
}

describe('runs for answers', () => {
  it('ask each prompt once, and workers are told', async () => {
    const prices = { input: 2, output: 8 };
    const asked = { as: 'gnu', temperature: 0.5, budget_usd: 2, prices, concurrency: 3, seed: 4 };
    const run = await start(asked);
    expect(run).toMatchObject({
      kind: 'answers',
      campaign: slug,
      title: 'Seeded',
      provider: 'lab',
      model: 'gnu-1',
      subject: 'gnu',
      state: 'queued',
      error: null,
      finished_at: null,
      calls: { total: PROMPTS, pending: PROMPTS, sent: 0, done: 0, failed: 0 },
      cost: null,
      cost_estimated: false,
      prices: { input: 2, cached: null, output: 8, from: 'given with the run' },
      settings: {
        temperature: 0.5,
        top_p: null,
        max_tokens: 2048,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      batches: [],
      budget: 2,
      concurrency: 3,
      seed: 4,
      pace: null,
      errors: [],
    });
    expect(arena.announced).toEqual([run.run]);
    expect(await researcher.call('getRun', at(run.run))).toMatchObject({ run: run.run, state: 'queued' });
  });

  it('refuse a budget that nobody could count against', async () => {
    await expect(start({ as: 'blind', budget_usd: 2 })).rejects.toMatchObject({
      code: 'invalid_request',
      at: { column: 'budget_usd' },
      hint: expect.stringContaining('--price-in'),
    });
    await expect(start({ as: 'blind', batch: true })).rejects.toMatchObject({ at: { column: 'batch' } });
  });

  it('say what they would cost, and ask nothing', async () => {
    const estimate = (body: object) =>
      researcher.call('estimateAnswerRun', {
        params: { campaign: slug },
        body: { model: 'unborn', provider: 'lab', max_tokens: 1000, ...body },
      });
    const announced = arena.announced.length;
    const unpriced = await estimate({});
    expect(unpriced).toMatchObject({ calls: PROMPTS, answered: 0, cost: null, prices: null, price_share: 1 });
    expect(unpriced.completion_tokens.most).toBe(PROMPTS * 1000);
    const { prompt_tokens, completion_tokens, cost } = await estimate({ prices: { input: 2, output: 8 } });
    expect(cost!.high).toBeCloseTo((prompt_tokens * 2 + PROMPTS * 1000 * 8) / 1e6, 9);
    expect(cost!.expected).toBeCloseTo((prompt_tokens * 2 + completion_tokens.expected * 8) / 1e6, 9);
    expect(cost!.low).toBeLessThan(cost!.expected);
    // a system prompt of 400 characters: some 104 tokens more with each call
    const longer = await estimate({ system: 'x'.repeat(400) });
    expect(longer.prompt_tokens).toBe(prompt_tokens + PROMPTS * 104);
    expect(await estimate({ limit: 2, repeat: 3 })).toMatchObject({ calls: 6 });
    expect(arena.announced.length).toBe(announced);
    // nothing was made for it
    const campaign = await arena.ports.campaigns.find(slug);
    const { models } = await arena.ports.content.content(campaign!.id);
    expect(models.map(({ name }) => name)).not.toContain('unborn');
  });

  it('ask as often as wanted, and no more prompts than wanted', async () => {
    expect(await start({ as: 'often', repeat: 3, limit: 2 })).toMatchObject({ calls: { total: 6 } });
    // one that has answered everything is asked nothing
    const [known] = MODELS;
    expect(await start({ as: known!.name })).toMatchObject({ state: 'done', calls: { total: 0 } });
  });

  it('are not started wrongly', async () => {
    for (const body of [
      { model: '' },
      { temperature: 3 },
      { repeat: 0 },
      { concurrency: 0 },
      { budget_usd: -1 },
      { max_tokens: 0 },
      { batch: true },
      { provider: 'not a name' },
    ]) {
      await expect(start(body), JSON.stringify(body)).rejects.toMatchObject({ code: 'invalid_request' });
    }
    await expect(
      researcher.call('startAnswerRun', {
        params: { campaign: 'nowhere' },
        body: { model: 'm', provider: 'lab' },
      }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('runs of every kind', () => {
  it('are checks of providers, too', async () => {
    const run = await researcher.call('checkProvider', { params: { provider: 'lab' }, body: {} });
    expect(run).toMatchObject({ kind: 'probe', campaign: null, title: null, provider: 'lab', model: '' });
    expect(run.calls.total).toBeGreaterThan(0);
    expect(arena.announced).toContain(run.run);
  });

  it('are listed newest first, page by page, by campaign, kind and state', async () => {
    const list = async (query: object) =>
      (await researcher.call('listRuns', { query: { limit: 50, ...query } })).items.map(({ run }) => run);
    const all = await list({});
    expect(all).toEqual(all.toSorted().toReversed());
    const first = await researcher.call('listRuns', { query: { limit: 2 } });
    expect(first.items.map(({ run }) => run)).toEqual(all.slice(0, 2));
    expect(await list({ limit: 2, cursor: first.next_cursor })).toEqual(all.slice(2, 4));
    const probes = await list({ kind: 'probe' });
    expect(probes.length).toBeGreaterThan(0);
    expect(await list({ campaign: slug })).toEqual(all.filter((run) => !probes.includes(run)));
    const run = (await start({ as: 'listed' })).run;
    expect(await list({ state: 'open' })).toContain(run);
    await researcher.call('cancelRun', at(run));
    expect(await list({ state: 'open' })).not.toContain(run);
    await expect(list({ campaign: 'nowhere' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(list({ kind: 'other' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('pause, go on and end', async () => {
    const { run } = await start({ as: 'paused', budget_usd: 1, prices: { input: 1, output: 1 } });
    expect(await researcher.call('pauseRun', at(run))).toMatchObject({ state: 'paused', finished_at: null });
    const told = arena.announced.length;
    expect(await researcher.call('resumeRun', { ...at(run), body: { budget_usd: 5 } })).toMatchObject({
      state: 'queued',
      budget: 5,
    });
    expect(arena.announced.slice(told)).toEqual([run]);
    const ended = await researcher.call('cancelRun', at(run));
    expect(ended).toMatchObject({ state: 'cancelled', finished_at: expect.any(String) });
    expect(await researcher.call('pauseRun', at(run))).toMatchObject({ state: 'cancelled' });
    await expect(researcher.call('resumeRun', { ...at(run), body: {} })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  it('say why they failed, and ask again what was given up', async () => {
    const { run } = await start({ as: 'failing' });
    await fail(run, 2);
    expect(await researcher.call('getRun', at(run))).toMatchObject({
      state: 'failed',
      error: 'The provider is gone.',
      calls: { total: PROMPTS, pending: PROMPTS - 2, failed: 2 },
      errors: [
        { reason: 'run', state: 'stopped', count: 1, example: 'The provider is gone.' },
        { reason: 'refused', code: 'refused', state: 'failed', count: 2, example: 'It said no.' },
      ],
    });
    const told = arena.announced.length;
    expect(await researcher.call('retryRun', at(run))).toMatchObject({
      state: 'queued',
      error: null,
      calls: { pending: PROMPTS, failed: 0 },
    });
    expect(arena.announced.slice(told)).toEqual([run]);
  });

  it('ask again what was given up for one reason, and say which reasons there are', async () => {
    const { run } = await start({ as: 'one-reason' });
    await fail(run, 3);
    await arena.database.sql`update calls set fault = 'timeout' where id =
      (select min(id) from calls where run_id = ${run})`;
    await expect(
      researcher.call('retryRun', { ...at(run), query: { reason: 'server_error' } }),
    ).rejects.toMatchObject({
      code: 'invalid_request',
      message: 'No call of this run was given up for server_error.',
      hint: 'There are: refused (2), timeout (1).',
      at: { column: 'reason', value: 'server_error' },
    });
    await expect(
      researcher.call('rereadRun', { ...at(run), query: { reason: 'cut_off' } }),
    ).rejects.toMatchObject({ code: 'invalid_request', at: { column: 'reason' } });
    expect(await researcher.call('retryRun', { ...at(run), query: { reason: 'timeout' } })).toMatchObject({
      state: 'queued',
      calls: { failed: 2, pending: PROMPTS - 2 },
    });
  });

  it('tell what they went through, even before anybody worked on them', async () => {
    const { run } = await start({ as: 'untouched' });
    expect(await researcher.call('getRunHistory', at(run))).toMatchObject({
      points: [],
      turned_away: { calls: 0, lost: 0 },
      limits: [],
    });
    await expect(arena.visitor().call('getRunHistory', at(run))).rejects.toMatchObject({
      code: 'not_signed_in',
    });
  });

  it('are counted by kind and state, whatever page is shown', async () => {
    const { tally, items } = await researcher.call('listRuns', { query: { limit: 500, campaign: slug } });
    const of = (kind: string, state: string) =>
      items.filter((run) => run.kind === kind && run.state === state).length;
    expect(tally.length).toBeGreaterThan(1);
    for (const { kind, state, count } of tally) expect(count, `${kind} ${state}`).toBe(of(kind, state));
    const page = await researcher.call('listRuns', { query: { limit: 1, campaign: slug, state: 'failed' } });
    expect(page.tally).toEqual(tally);
    expect(page.items.every(({ state }) => state === 'failed')).toBe(true);
  });

  it('are read again without asking', async () => {
    const { run } = await start({ as: 'reread' });
    expect(await researcher.call('rereadRun', at(run))).toEqual({
      read: 0,
      changed: 0,
      parser: expect.any(String),
    });
  });

  it('are for researchers, and changed by API keys with the scope write', async () => {
    const { run } = await start({ as: 'guarded' });
    const owner = arena.owner();
    const script = async (scope: 'read' | 'write') =>
      arena.script((await owner.call('createKey', { body: { name: scope, scopes: [scope] } })).key);
    const [reads, writes] = [await script('read'), await script('write')];
    const voter = arena.visitor();
    await consentTo(voter, slug);
    const notAllowed = { code: 'not_allowed' };
    expect(await reads.call('getRun', at(run))).toMatchObject({ run });
    await expect(voter.call('getRun', at(run))).rejects.toMatchObject(notAllowed);
    await expect(voter.call('listRuns')).rejects.toMatchObject(notAllowed);
    for (const each of [voter, reads]) {
      await expect(start({ as: 'none' }, each)).rejects.toMatchObject(notAllowed);
      for (const name of ['pauseRun', 'cancelRun', 'retryRun', 'rereadRun'] as const) {
        await expect(each.call(name, at(run)), name).rejects.toMatchObject(notAllowed);
      }
      await expect(each.call('resumeRun', { ...at(run), body: {} })).rejects.toMatchObject(notAllowed);
    }
    expect(await writes.call('pauseRun', at(run))).toMatchObject({ state: 'paused' });
  });

  it('are not there where they are not', async () => {
    for (const run of ['00000000-0000-7000-8000-000000000000', 'no-id']) {
      for (const name of ['getRun', 'pauseRun', 'cancelRun', 'retryRun', 'rereadRun'] as const) {
        await expect(researcher.call(name, at(run)), `${name} ${run}`).rejects.toMatchObject({
          code: 'not_found',
        });
      }
    }
    expect(arena.logged).toEqual([]);
  });
});
