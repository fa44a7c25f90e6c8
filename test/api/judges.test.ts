import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';

let arena: ArenaUnderTest;
let slug: string;
let researcher: Visitor;
let judge: string;

beforeAll(async () => {
  arena = await openArena();
  ({ slug } = await seedCampaign(arena));
  researcher = await arena.person('researcher');
});
afterAll(() => arena.close());

const start = (body: object = {}) =>
  researcher.call('startJudgeRun', {
    params: { campaign: slug },
    body: { judge, model: 'scripted', base_url: 'http://127.0.0.1:9/v1', ...body },
  });

describe('judges', () => {
  it('are listed and shown to everybody, template and all', async () => {
    const visitor = arena.visitor();
    const { items } = await visitor.call('listJudges');
    expect(items.length).toBeGreaterThan(0);
    judge = 'pair-explain';
    const listed = items.find(({ id }) => id === judge);
    expect(await visitor.call('getJudge', { params: { judge } })).toEqual(listed);
    expect(listed).toMatchObject({ origin: 'built_in', identity: expect.stringMatching(/^pair-explain@/) });
    expect(items.find(({ id }) => id === 'control-longest')).toMatchObject({ origin: 'control' });
    await expect(visitor.call('getJudge', { params: { judge: 'nobody' } })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are asked about battles in both orders, and workers are told', async () => {
    const run = await start({ limit: 4, seed: 7 });
    expect(run).toMatchObject({
      state: 'queued',
      battles: 4,
      // beside both orders of each battle, a probe of each kind and a repeat
      calls: { total: 12, pending: 12, sent: 0 },
      judge,
      provider: '127.0.0.1:9',
      base_url: 'http://127.0.0.1:9/v1',
    });
    expect(arena.announced).toEqual([run.run]);
    expect(await researcher.call('getJudgeRun', { params: { run: run.run } })).toMatchObject({
      calls: { total: 12 },
    });
    const { items } = await researcher.call('listJudgeRuns', { params: { campaign: slug } });
    expect(items.map((item) => item.run)).toEqual([run.run]);
  });

  it('say what they would ask and cost, as the run then asks, and write nothing down', async () => {
    const estimate = (body: object = {}) =>
      researcher.call('estimateJudgeRun', {
        params: { campaign: slug },
        body: { judge, model: 'weighed', base_url: 'http://127.0.0.1:9/v1', ...body },
      });
    const battles = async () =>
      (await researcher.call('listBattles', { params: { campaign: slug } })).counts?.found;
    const before = await battles();
    const announced = arena.announced.length;
    const found = await estimate({ limit: 4, seed: 3, prices: { input: 2, output: 8 } });
    expect(found).toMatchObject({ scored: 0, completion_tokens: { from: 'guess' }, price_share: 1 });
    expect(found.completion_tokens.most).toBeGreaterThan(found.completion_tokens.expected);
    expect(found.cost!.expected).toBeCloseTo(
      (found.prompt_tokens * 2 + found.completion_tokens.expected * 8) / 1e6,
      9,
    );
    // the template alone is some hundred tokens
    expect(found.prompt_tokens).toBeGreaterThan(found.calls * 100);
    expect((await estimate({ limit: 4, seed: 3, orders: 'first' })).calls).toBeLessThan(found.calls);
    expect(await estimate({ judge: 'control-first' })).toMatchObject({ calls: 0 });
    await expect(estimate({ budget_usd: 1 })).rejects.toMatchObject({ at: { column: 'budget_usd' } });
    expect(await battles()).toBe(before);
    expect(arena.announced).toHaveLength(announced);
    const body = { judge, model: 'weighed', base_url: 'http://127.0.0.1:9/v1', limit: 4, seed: 3 };
    const run = await researcher.call('startJudgeRun', { params: { campaign: slug }, body });
    expect(run.calls.total).toBe(found.calls);
    await researcher.call('cancelRun', { params: { run: run.run } });
  });

  it('are admitted and excluded by researchers, who say why they exclude', async () => {
    const { run } = await start({ limit: 1, model: 'decided' });
    const params = { run };
    expect(await researcher.call('getRun', { params })).toMatchObject({
      standing: 'counted',
      standing_reason: null,
    });
    expect(await researcher.call('excludeRun', { params, body: { reason: ' a trial ' } })).toMatchObject({
      standing: 'excluded',
      standing_reason: 'a trial',
    });
    expect(await researcher.call('admitRun', { params, body: {} })).toMatchObject({
      standing: 'admitted',
      standing_reason: null,
    });
    await expect(researcher.call('excludeRun', { params, body: { reason: ' ' } })).rejects.toMatchObject({
      code: 'invalid_request',
      at: { column: 'reason' },
    });
    await expect(start({ limit: 1, model: '' })).rejects.toMatchObject({
      code: 'invalid_request',
      at: { column: 'model' },
    });
  });

  it('stop when they are told to', async () => {
    const run = await start({ limit: 2, orders: 'first' });
    const cancelled = await researcher.call('cancelJudgeRun', { params: { run: run.run } });
    expect(cancelled).toMatchObject({ state: 'cancelled', finished_at: expect.any(String) });
    expect(await researcher.call('cancelJudgeRun', { params: { run: run.run } })).toMatchObject({
      state: 'cancelled',
    });
  });

  it('are not asked wrongly', async () => {
    await expect(start({ judge: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(start({ base_url: 'not a URL' })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(start({ base_url: null })).rejects.toMatchObject({
      code: 'invalid_request',
      at: { column: 'provider' },
    });
    await expect(start({ api_key_env: 'AGON_OWNER_KEY' })).rejects.toMatchObject({
      code: 'provider_forbidden',
    });
    await expect(start({ api_key_env: 'sk-a-key-itself' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const missing = await researcher.send('GET', '/api/v1/judge-runs/00000000-0000-7000-8000-000000000000');
    expect([missing.status, await missing.json()]).toMatchObject([404, { code: 'not_found' }]);
    expect(arena.logged).toEqual([]);
  });

  it('do not take battles away from voters', async () => {
    const visitor = arena.visitor();
    await visitor.call('giveConsent', { params: { campaign: slug }, body: { version: 1, language: 'en' } });
    const drawn = await visitor.call('drawBattles', { params: { campaign: slug }, body: { count: 5 } });
    expect(drawn.battles).toHaveLength(5);
  });
});
