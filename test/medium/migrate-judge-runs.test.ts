import { randomUUID } from 'node:crypto';
import { connect, createExportStore, createRunStore, migrateDatabase } from '@agon/database';
import type { CampaignId, RunId } from '@agon/domain';
import { createTestDatabase } from '@agon/testkit';
import { expect, it } from 'vitest';
import { rewindMigrations } from './rewind-migrations.ts';

/** The last page of the diary before the ledger. */
const BEFORE = 'index_imported_battles_and_count_quarantines';

it('takes the judge runs of before along: calls, raw replies, verdicts, what they cost, what is left', async () => {
  const testDatabase = await createTestDatabase();
  const database = connect(testDatabase.url, { connections: 1 });
  const { sql } = database;
  try {
    await rewindMigrations(database, BEFORE);
    const [campaign, judge, model, done, open, snapshot] = Array.from({ length: 6 }, () => randomUUID());
    const battles = [randomUUID(), randomUUID(), randomUUID()];
    await sql`insert into campaigns (id, slug, title, state, settings) values (${campaign!}, 'old', 'Old', 'open', '{}')`;
    await sql`insert into models (id, name, title) values (${model!}, 'm', 'M')`;
    await sql`insert into judges (id, name, identity, title, source, origin)
      values (${judge!}, 'pairwise-explain', 'pairwise-explain@1', 'Pairwise', 'its file', 'built_in')`;
    for (const id of battles) {
      await sql`insert into battles (id, campaign_id, model_a, model_b, origin, state)
        values (${id}, ${campaign!}, ${model!}, ${model!}, 'judge', 'kept')`;
    }
    for (const [id, state] of [
      [done!, 'done'],
      [open!, 'running'],
    ] as const) {
      await sql`insert into judge_runs (id, campaign_id, judge_id, model, base_url, api_key_env, orders, state, started_at, finished_at)
        values (${id}, ${campaign!}, ${judge!}, 'judge-model', 'http://127.0.0.1:8000/v1', 'AGON_OWNER_KEY', 'first', ${state},
          '2026-11-01T00:00:00Z', ${state === 'done' ? '2026-11-01T00:01:00Z' : null})`;
    }
    const verdicts = [
      { battle: battles[0]!, outcome: 'a', unscored: null, raw: 'A it is' },
      { battle: battles[1]!, outcome: null, unscored: 'cut_off', raw: 'I was' },
      { battle: battles[2]!, outcome: null, unscored: 'provider_error', raw: 'cannot be reached' },
    ];
    for (const { battle, outcome, unscored, raw } of verdicts) {
      await sql`insert into judge_calls (run_id, battle_id, slot_order, state, attempts, retried)
        values (${done!}, ${battle}, 'ab', 'done', 2, 1)`;
      await sql`insert into verdicts (id, campaign_id, battle_id, judge_id, run_id, model, slot_order, outcome, unscored, raw,
          prompt_tokens, completion_tokens, cost_usd, latency_ms)
        values (${randomUUID()}, ${campaign!}, ${battle}, ${judge!}, ${done!}, 'judge-model', 'ab', ${outcome}, ${unscored}, ${raw},
          10, 2, 0.5, 77)`;
    }
    await sql`insert into verdicts (id, campaign_id, battle_id, judge_id, slot_order, outcome, import_id)
      values (${randomUUID()}, ${campaign!}, ${battles[0]!}, ${judge!}, 'unknown', 'b', ${randomUUID()})`;
    await sql`insert into judge_calls (run_id, battle_id, slot_order, state) values (${open!}, ${battles[0]!}, 'ab', 'leased')`;
    await sql`insert into leaderboards (id, campaign_id, title, board, unified, votes, verdicts)
      values (${snapshot!}, ${campaign!}, 'Kept', '{}', '{}', 1, 2)`;

    await migrateDatabase(testDatabase.url);

    const runs = createRunStore(database);
    expect(await runs.find(done as RunId)).toMatchObject({
      kind: 'verdicts',
      campaign: 'old',
      provider: '127.0.0.1:8000',
      model: 'judge-model',
      subject: 'pairwise-explain',
      state: 'done',
      config: {
        judge: 'pairwise-explain',
        identity: 'pairwise-explain@1',
        source: 'its file',
        orders: 'first',
      },
    });
    expect(await runs.counts(done as RunId)).toMatchObject({
      total: 3,
      done: 2,
      failed: 1,
      results: { a: 1, cut_off: 1, provider_error: 1 },
      replies: { a: { count: 1, example: 'A it is' }, cut_off: { count: 1, example: 'I was' } },
      promptTokens: 20,
      costUsd: 1,
      faults: [{ reason: 'unreachable', state: 'failed', count: 1, example: 'cannot be reached' }],
    });
    // what was not asked is not asked by itself: the run says so
    const left = await runs.find(open as RunId);
    expect(left).toMatchObject({ state: 'cancelled', error: expect.stringContaining('Start it again') });
    expect(await runs.counts(open as RunId)).toMatchObject({ total: 1, pending: 1 });
    const exported = [];
    for await (const part of createExportStore(database).verdicts(campaign as CampaignId))
      exported.push(...part);
    expect(exported.map(({ outcome, unscored, raw }) => ({ outcome, unscored, raw }))).toEqual([
      { outcome: 'a', unscored: null, raw: 'A it is' },
      { outcome: null, unscored: 'cut_off', raw: 'I was' },
      { outcome: null, unscored: 'provider_error', raw: null },
      { outcome: 'b', unscored: null, raw: null },
    ]);
    const [kept] = await sql`
      select (select count(*)::int from verdicts) as verdicts, (select count(*)::int from snapshots) as snapshots,
        (select count(*)::int from providers where removed_at is not null and key_env is null) as providers,
        (select finish_reason from replies where texts = array['I was']) as reason`;
    expect(kept).toEqual({ verdicts: 4, snapshots: 1, providers: 1, reason: 'length' });
    // the next call gets a number of its own
    const [call] = await sql<{ id: number }[]>`
      insert into calls (run_id, target) values (${open!}, 'x') returning id`;
    expect(call!.id).toBeGreaterThan(4);
  } finally {
    await database.close();
    await testDatabase.drop();
  }
});
