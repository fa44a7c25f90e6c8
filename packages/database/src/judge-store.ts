import { randomUUID } from 'node:crypto';
import type { JudgeRunCounts, JudgeRunRecord, JudgeStore, LeasedCall } from '@agon/arena';
import type { AnswerId, BattleId, CampaignId, JudgeId, JudgeRunId, Outcome, PromptId } from '@agon/domain';
import type { Database } from './connect.ts';

type RunRow = {
  id: string;
  campaign_id: string;
  slug: string;
  judge_id: string;
  name: string;
  identity: string;
  source: string;
  model: string;
  base_url: string;
  api_key_env: string | null;
  concurrency: number;
  budget_usd: number | null;
  state: JudgeRunRecord['state'];
  error: string | null;
  started_at: Date;
  finished_at: Date | null;
};

type CallRow = {
  id: number;
  battle_id: string;
  slot_order: 'ab' | 'ba';
  repeat: number;
  attempts: number;
  prompt_id: string;
  answer_a: string;
  answer_b: string;
  turns: number | null;
};

export function createJudgeStore({ sql }: Database): JudgeStore {
  const runs = sql`select r.*, c.slug, j.name, j.identity, j.source from judge_runs r
    join campaigns c on c.id = r.campaign_id join judges j on j.id = r.judge_id`;
  return {
    async keepJudge(judge) {
      const [row] = await sql<{ id: string }[]>`
        insert into judges (id, name, identity, title, measures, source, origin)
        values (${randomUUID()}, ${judge.id}, ${judge.identity}, ${judge.title}, ${judge.measures},
          ${judge.source}, 'built_in')
        on conflict (identity) do update set identity = excluded.identity returning id`;
      return row!.id as JudgeId;
    },

    async battlesToJudge(campaign, seed, limit) {
      const rows = await sql<{ id: string }[]>`
        select id from (
          select distinct on (b.prompt_id, least(b.answer_a, b.answer_b), greatest(b.answer_a, b.answer_b), b.turns) b.id,
            coalesce(v.votes, 0) as votes
          from battles b left join imports i on i.id = b.import_id
          left join (select battle_id, count(*) as votes from votes where campaign_id = ${campaign} group by 1) v
            on v.battle_id = b.id
          where b.campaign_id = ${campaign} and b.prompt_id is not null and b.answer_a is not null and b.answer_b is not null
            and i.undone_at is null and b.state in ('voted', 'kept')
          order by b.prompt_id, least(b.answer_a, b.answer_b), greatest(b.answer_a, b.answer_b), b.turns, votes desc, b.id
        ) each_once
        order by votes > 0 desc, md5(${String(seed)} || id::text) ${limit === null ? sql`` : sql`limit ${limit}`}`;
      return rows.map((row) => row.id as BattleId);
    },

    async create(run, calls) {
      const added = await sql.begin(async (tx) => {
        await tx`insert into judge_runs (id, campaign_id, judge_id, model, base_url, api_key_env, orders, repeat, "limit",
            concurrency, budget_usd, seed, state, created_by, started_at)
          values (${run.id}, ${run.campaignId}, ${run.judgeId}, ${run.model}, ${run.baseUrl}, ${run.apiKeyEnv}, ${run.orders},
            ${run.repeat}, ${run.limit}, ${run.concurrency}, ${run.budgetUsd}, ${run.seed}, 'queued', ${run.by}, ${new Date(run.atMs)})`;
        const rows = await tx`
          insert into judge_calls (run_id, battle_id, slot_order, repeat)
          select ${run.id}, given.battle, given.slot_order, given.repeat
          from unnest(${calls.map((call) => call.battleId)}::uuid[], ${calls.map((call) => call.order)}::text[],
            ${calls.map((call) => call.repeat)}::int[]) as given(battle, slot_order, repeat)
          where not exists (select 1 from verdicts d where d.import_id is null and d.judge_id = ${run.judgeId} and d.model = ${run.model}
            and d.battle_id = given.battle and d.slot_order = given.slot_order and d.repeat = given.repeat and d.outcome is not null)
          on conflict do nothing returning id`;
        return rows.length;
      });
      return added as number;
    },

    async find(id) {
      if (!/^[0-9a-f-]{36}$/.test(id)) return null;
      const [row] = await sql<RunRow[]>`${runs} where r.id = ${id}`;
      return row === undefined ? null : toRun(row);
    },

    async list(campaign, { after, limit }) {
      const rows = await sql<RunRow[]>`${runs} where r.campaign_id = ${campaign}
        and ${after === null ? sql`true` : sql`r.id < ${after}`} order by r.id desc limit ${limit}`;
      return rows.map(toRun);
    },

    counts: (id) => readCounts(sql, id),

    async lease(run, count, nowMs, untilMs) {
      const now = new Date(nowMs);
      const rows = await sql<CallRow[]>`
        with taken as (
          update judge_calls set state = 'leased', leased_until = ${new Date(untilMs)}, attempts = attempts + 1
          where id in (select id from judge_calls where run_id = ${run} and state in ('pending', 'leased')
            and (leased_until is null or leased_until <= ${now}) order by id limit ${count} for update skip locked)
          returning id, battle_id, slot_order, repeat, attempts)
        select t.*, b.prompt_id, b.answer_a, b.answer_b, b.turns from taken t join battles b on b.id = t.battle_id order by t.id`;
      return rows.map(toCall);
    },

    async complete(run, call, verdict) {
      await sql.begin(async (tx) => {
        await tx`insert into verdicts (id, campaign_id, battle_id, judge_id, run_id, model, slot_order, repeat, outcome, unscored,
            raw, prompt_tokens, cached_tokens, completion_tokens, cost_usd, latency_ms, at)
          values (${verdict.id}, ${run.campaignId}, ${call.battleId}, ${run.judgeId}, ${run.id}, ${run.model}, ${call.order},
            ${call.repeat}, ${verdict.outcome}, ${verdict.unscored}, ${verdict.raw}, ${verdict.promptTokens}, ${verdict.cachedTokens},
            ${verdict.completionTokens}, ${verdict.costUsd}, ${verdict.latencyMs}, ${new Date(verdict.atMs)})
          on conflict (judge_id, model, battle_id, slot_order, repeat) where import_id is null do update set
            id = excluded.id, seq = excluded.seq, run_id = excluded.run_id, outcome = excluded.outcome, unscored = excluded.unscored,
            raw = excluded.raw, prompt_tokens = excluded.prompt_tokens, cached_tokens = excluded.cached_tokens,
            completion_tokens = excluded.completion_tokens, cost_usd = excluded.cost_usd, latency_ms = excluded.latency_ms, at = excluded.at
          where verdicts.outcome is null`;
        await tx`update judge_calls set state = 'done', leased_until = null, retried = retried + ${verdict.retried} where id = ${call.id}`;
      });
    },

    async release(call, error, notBeforeMs) {
      await sql`update judge_calls set state = 'pending', leased_until = ${new Date(notBeforeMs)}, last_error = ${error},
        retried = retried + 1 where id = ${call.id} and attempts = ${call.attempts} and state = 'leased'`;
    },

    async setState(id, state, error, nowMs) {
      const isEnd = state === 'done' || state === 'cancelled' || state === 'failed';
      await sql`update judge_runs set state = ${state}, error = coalesce(${error}, error),
        finished_at = ${isEnd ? new Date(nowMs) : null} where id = ${id} and state in ('queued', 'running')`;
    },

    async open() {
      const rows = await sql<
        { id: string }[]
      >`select id from judge_runs where state in ('queued', 'running') order by id`;
      return rows.map((row) => row.id as JudgeRunId);
    },
  };
}

function toRun(row: RunRow): JudgeRunRecord {
  return {
    id: row.id as JudgeRunId,
    campaignId: row.campaign_id as CampaignId,
    campaign: row.slug,
    judgeId: row.judge_id as JudgeId,
    judge: row.name,
    identity: row.identity,
    source: row.source,
    model: row.model,
    baseUrl: row.base_url,
    apiKeyEnv: row.api_key_env,
    concurrency: row.concurrency,
    budgetUsd: row.budget_usd,
    state: row.state,
    error: row.error,
    startedAtMs: row.started_at.getTime(),
    finishedAtMs: row.finished_at?.getTime() ?? null,
  };
}

function toCall(row: CallRow): LeasedCall {
  return {
    id: row.id,
    battleId: row.battle_id as BattleId,
    order: row.slot_order,
    repeat: row.repeat,
    attempts: row.attempts,
    promptId: row.prompt_id as PromptId,
    answers: { a: row.answer_a as AnswerId, b: row.answer_b as AnswerId },
    turns: row.turns,
  };
}

async function readCounts(sql: Database['sql'], id: JudgeRunId): Promise<JudgeRunCounts> {
  const [calls] = await sql<
    { battles: number; total: number; pending: number; sent: number; retried: number }[]
  >`
    select count(distinct battle_id)::int as battles, count(*)::int as total,
      count(*) filter (where state <> 'done')::int as pending, coalesce(sum(attempts), 0)::int as sent,
      coalesce(sum(retried), 0)::int as retried
    from judge_calls where run_id = ${id}`;
  const rows = await sql<
    { battle: string; order: 'ab' | 'ba'; repeat: number; outcome: Outcome | null; unscored: string | null }[]
  >`
    select battle_id as battle, slot_order as "order", repeat, outcome, unscored from verdicts where run_id = ${id}`;
  const [spent] = await sql<{ prompt: number; cached: number; completion: number; cost: number | null }[]>`
    select coalesce(sum(prompt_tokens), 0)::int as prompt, coalesce(sum(cached_tokens), 0)::int as cached,
      coalesce(sum(completion_tokens), 0)::int as completion, sum(cost_usd) as cost from verdicts where run_id = ${id}`;
  const errors = await sql<{ reason: string; count: number; example: string }[]>`
    select unscored as reason, count(*)::int as count, left(coalesce(min(raw), ''), 300) as example
    from verdicts where run_id = ${id} and unscored is not null group by unscored
    union all
    select 'waiting to be asked again', count(*)::int, left(min(last_error), 300) from judge_calls
    where run_id = ${id} and state <> 'done' and last_error is not null having count(*) > 0
    order by 2 desc`;
  const outcomes: Partial<Record<Outcome, number>> = {};
  const unscored: Record<string, number> = {};
  for (const row of rows) {
    if (row.outcome !== null) outcomes[row.outcome] = (outcomes[row.outcome] ?? 0) + 1;
    else if (row.unscored !== null) unscored[row.unscored] = (unscored[row.unscored] ?? 0) + 1;
  }
  return {
    ...(calls ?? { battles: 0, total: 0, pending: 0, sent: 0, retried: 0 }),
    outcomes,
    unscored,
    promptTokens: spent?.prompt ?? 0,
    cachedTokens: spent?.cached ?? 0,
    completionTokens: spent?.completion ?? 0,
    costUsd: spent?.cost ?? null,
    ordered: rows.flatMap(({ battle, order, repeat, outcome }) =>
      outcome === null ? [] : [{ battle, order, repeat, outcome }],
    ),
    errors: [...errors],
  };
}
