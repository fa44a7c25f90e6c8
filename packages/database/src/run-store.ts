import type { LeasedCall, RunFilter, RunHistory, RunRecord, RunStore, RunTally, Settled } from '@agon/arena';
import type { CampaignId, ProviderId, RunId } from '@agon/domain';
import type { PendingQuery, Row } from 'postgres';
import type { Database } from './connect.ts';
import { readBundledVerdicts } from './runs/bundle-rows.ts';
import { countCalls, countDerived, countOrders, countProbes } from './runs/count-calls.ts';
import { readReplies, replaceReadings } from './runs/reread-replies.ts';
import { settleCalls } from './runs/settle-calls.ts';
import { WORKER_LOCKS } from './runs/worker-lock.ts';
import { isViewable } from './viewable-campaigns.ts';

type RunRow = {
  id: string;
  kind: RunRecord['kind'];
  campaign_id: string | null;
  created_by: string | null;
  slug: string | null;
  title: string | null;
  provider_id: string;
  provider: string;
  base_url: string;
  model: string;
  subject: string;
  config: RunRecord['config'];
  concurrency: number;
  budget_usd: number | null;
  prices: RunRecord['prices'];
  seed: number;
  state: RunRecord['state'];
  error: string | null;
  pace: RunRecord['pace'];
  standing: RunRecord['standing'];
  standing_reason: string | null;
  standing_by: string | null;
  started_at: Date;
  finished_at: Date | null;
};

type CallRow = {
  id: number;
  target: string;
  slot_order: string;
  repeat: number;
  attempts: number;
  faults: number;
  not_before: Date | null;
  turned_away_at: Date | null;
};

const ENDS: readonly RunRecord['state'][] = ['done', 'cancelled', 'failed'];
/** Rows of one statement: its parameters are arrays in memory. */
const CHUNK = 50_000;

/** @param worker number of the worker that leases, as its lock has it; null: one without a lock, whose leases run out */
export function createRunStore({ sql }: Database, worker: number | null = null): RunStore {
  // what it went through is read by itself: a list of runs would carry all of it
  const select = sql`select r.id, r.kind, r.campaign_id, r.created_by, c.slug, c.title, r.provider_id, p.name as provider,
      p.base_url, r.model, r.subject, r.config, r.concurrency, r.budget_usd, r.prices, r.seed, r.state, r.error, r.pace,
      r.standing, r.standing_reason, r.standing_by, r.started_at, r.finished_at
    from runs r join providers p on p.id = r.provider_id left join campaigns c on c.id = r.campaign_id`;
  const isSuspect = sql`(r.kind = 'verdicts' and r.standing = 'suspect' and r.config->>'control' is null)`;
  const inState = (state: RunFilter['state']) => {
    if (state === undefined) return sql`true`;
    if (state === 'open') return sql`r.state in ('queued', 'running')`;
    return state === 'suspect' ? isSuspect : sql`r.state = ${state}`;
  };
  /** Boards that hold verdicts of the run that a statement changed load them anew. */
  const bumpReadings = (changed: PendingQuery<Row[]>) => sql`
    with changed as (${changed}), told as (update campaigns set readings_version = readings_version + 1
      where id in (select campaign_id from changed where kind = 'verdicts'))
    select kind from changed`;
  return {
    async create(run, calls) {
      const added = await sql.begin(async (tx) => {
        await tx`insert into runs (id, kind, campaign_id, provider_id, model, subject, config, concurrency, budget_usd, prices, seed, state,
            standing, created_by, started_at)
          values (${run.id}, ${run.kind}, ${run.campaignId}, ${run.providerId}, ${run.model}, ${run.subject},
            ${sql.json(run.config as never)}, ${run.concurrency}, ${run.budgetUsd},
            ${run.prices == null ? null : sql.json(run.prices)}, ${run.seed}, 'queued', ${run.standing ?? 'counted'}, ${run.by},
            ${new Date(run.atMs)})`;
        let count = 0;
        for (let from = 0; from < calls.length; from += CHUNK) {
          const part = calls.slice(from, from + CHUNK);
          const rows = await tx`
            insert into calls (run_id, target, slot_order, repeat)
            select ${run.id}, given.* from unnest(${part.map((call) => call.target)}::text[],
              ${part.map((call) => call.order)}::text[], ${part.map((call) => call.repeat)}::int[]) as given
            on conflict do nothing`;
          count += rows.count;
        }
        return count;
      });
      return added as number;
    },

    async find(id) {
      if (!/^[0-9a-f-]{36}$/.test(id)) return null;
      const [row] = await sql<RunRow[]>`${select} where r.id = ${id}`;
      return row === undefined ? null : toRun(row);
    },

    async list({ campaignId, kind, state, viewer }, { after, limit }) {
      const rows = await sql<RunRow[]>`${select}
        where ${campaignId === undefined ? sql`true` : sql`r.campaign_id = ${campaignId}`}
          and ${kind === undefined ? sql`true` : sql`r.kind = ${kind}`}
          and ${inState(state)}
          and (c.id is null or ${isViewable(sql, viewer)})
          and ${after === null ? sql`true` : sql`r.id < ${after}`}
        order by r.id desc limit ${limit}`;
      return rows.map(toRun);
    },

    async tally({ campaignId, viewer }) {
      const rows = await sql<RunTally[]>`
        select r.kind, r.state, ${isSuspect} as "isSuspect", count(*)::int as count
        from runs r left join campaigns c on c.id = r.campaign_id
        where ${campaignId === undefined ? sql`true` : sql`r.campaign_id = ${campaignId}`}
          and (c.id is null or ${isViewable(sql, viewer)})
        group by 1, 2, 3 order by 1, 2, 3`;
      return [...rows];
    },

    bundledVerdicts: (id, after, limit) => readBundledVerdicts(sql, id, after, limit),
    async counts(id) {
      return (await countCalls(sql, [id])).get(id)!;
    },
    countsOf: (ids) => countCalls(sql, ids),
    async history(id) {
      const [row] = await sql<{ history: RunHistory | null }[]>`select history from runs where id = ${id}`;
      return row?.history ?? null;
    },
    orderCounts: (id) => countOrders(sql, id),
    probeCounts: (id) => countProbes(sql, id),
    derivedCounts: (id) => countDerived(sql, id),

    async lease(run, count, nowMs, untilMs) {
      const now = new Date(nowMs);
      const rows = await sql<CallRow[]>`
        with free as (
          select id, fault, fault_at, not_before from calls where run_id = ${run} and (
              (state = 'pending' and (not_before is null or not_before <= ${now})) or (state = 'leased' and leased_until <= ${now}))
            order by id limit ${count} for update skip locked),
        taken as (
          update calls c set state = 'leased', leased_until = ${new Date(untilMs)}, leased_by = ${worker},
            not_before = null, attempts = attempts + 1
          from free where c.id = free.id
          returning c.id, target, slot_order, repeat, attempts, faults, free.not_before,
            case free.fault when 'rate_limited' then free.fault_at end as turned_away_at)
        select * from taken order by id`;
      return rows.map(toCall);
    },

    async reclaim(run) {
      const rows = await sql`update calls set state = 'pending', leased_until = null, leased_by = null
        where id in (select id from calls where run_id = ${run} and state = 'leased' and leased_by is not null
          and leased_by not in (select objid::int from pg_locks where locktype = 'advisory' and classid = ${WORKER_LOCKS}
            and granted and database = (select oid from pg_database where datname = current_database()))
          for update skip locked)`;
      return rows.count;
    },

    async renew(calls, untilMs) {
      if (calls.length === 0) return;
      // a call that is being settled needs no lease, and waiting for it here would lock rows in another order than `settle`
      await sql`update calls set leased_until = ${new Date(untilMs)} where id in (
        select c.id from calls c
          join unnest(${calls.map((call) => call.id)}::bigint[], ${calls.map((call) => call.attempts)}::int[])
            as held(id, attempts) on c.id = held.id and c.attempts = held.attempts
        where c.state = 'leased' for update of c skip locked)`;
    },

    async nextDue(run) {
      const [row] = await sql<{ open: number; due: Date | null }[]>`
        select count(*)::int as open, min(coalesce(case when state = 'leased' then leased_until else not_before end, 'epoch')) as due
        from calls where run_id = ${run} and state in ('pending', 'leased')`;
      return row === undefined || row.open === 0 ? null : (row.due?.getTime() ?? 0);
    },

    async settle(run, parser, settled) {
      await sql.begin((tx) => settleCalls(tx, run, parser, inLockOrder(settled)));
    },

    async spent(id) {
      const [row] = await sql<{ cost: number | null }[]>`
        select sum(cost_usd) as cost from replies where run_id = ${id}`;
      return row?.cost ?? null;
    },

    async typicalReply(model, campaign) {
      const [replies] = await sql<{ mean: number | null }[]>`
        select avg(completion_tokens)::float8 as mean from (select s.completion_tokens from replies s join runs r on r.id = s.run_id
          where r.kind = 'answers' and r.model = ${model} and s.completion_tokens is not null order by s.id desc limit 500) newest`;
      const [answers] = await sql<{ mean: number | null }[]>`
        select avg(length(turns::text))::float8 as mean from (
          select turns from answers where campaign_id = ${campaign} order by seq desc limit 500) newest`;
      return { completionTokens: replies?.mean ?? null, answerCharacters: answers?.mean ?? null };
    },

    async typicalVerdictTokens(judge, model) {
      const [row] = await sql<{ mean: number | null; any: number | null }[]>`
        select avg(completion_tokens) filter (where model = ${model})::float8 as mean, avg(completion_tokens)::float8 as any from (
          select s.completion_tokens, r.model, row_number() over (partition by r.model = ${model} order by s.id desc) as place
          from replies s join runs r on r.id = s.run_id
          where r.kind in ('verdicts', 'trial') and r.subject = ${judge} and s.completion_tokens is not null) newest
        where place <= 500`;
      return row?.mean ?? row?.any ?? null;
    },

    async setPace(id, pace, history) {
      await sql`update runs set pace = ${sql.json(pace)}${history === undefined ? sql`` : sql`, history = ${sql.json(history as never)}`}
        where id = ${id}`;
    },

    async publishAnswers(campaign) {
      await sql`update campaigns set content_version = content_version + 1 where id = ${campaign}`;
    },

    async move(id, from, to, error, nowMs) {
      const isEnd = ENDS.includes(to);
      const moved = sql`update runs set state = ${to}, error = ${error}, finished_at = ${isEnd ? new Date(nowMs) : null}
        where id = ${id} and state = any(${from as string[]}) returning campaign_id, kind`;
      // its verdicts begin to count, or stop
      const rows = await (isEnd || to === 'queued' ? bumpReadings(moved) : moved);
      return rows.length > 0;
    },

    async setStanding(id, from, { standing, reason, by }) {
      const rows = await bumpReadings(sql`
        update runs set standing = ${standing}, standing_reason = ${reason}, standing_by = ${by}
        where id = ${id} and standing = any(${from as string[]})
          and (standing, standing_reason, standing_by) is distinct from (${standing}, ${reason}::text, ${by}::text)
        returning campaign_id, kind`);
      return rows.length > 0;
    },

    async setBudget(id, budgetUsd) {
      await sql`update runs set budget_usd = ${budgetUsd} where id = ${id}`;
    },

    async retryFailed(id, reason) {
      const rows =
        await sql`update calls set state = 'pending', retried = retried + 1, faults = 0, result = null, not_before = null, leased_until = null
        where run_id = ${id} and state = 'failed' and ${reason === undefined ? sql`true` : sql`fault = ${reason}`}`;
      return rows.count;
    },

    async open() {
      const rows = await sql<{ id: string }[]>`
        select id from runs where state in ('queued', 'running')
        union select run_id from batches where state in ('sending', 'waiting') order by id`;
      return rows.map((row) => row.id as RunId);
    },

    replies: (id, after, limit, label) => readReplies(sql, id, after, limit, label),

    async reread(run, parser, readings) {
      await sql.begin((tx) => replaceReadings(tx, run, parser, readings));
    },
  };
}

/** Two workers that settle the same calls must lock them in the same order. */
function inLockOrder(settled: readonly Settled[]): readonly Settled[] {
  return settled.toSorted((x, y) => x.call.id - y.call.id);
}

function toRun(row: RunRow): RunRecord {
  return {
    id: row.id as RunId,
    kind: row.kind,
    campaignId: row.campaign_id as CampaignId | null,
    campaign: row.slug,
    campaignTitle: row.title,
    providerId: row.provider_id as ProviderId,
    provider: row.provider,
    baseUrl: row.base_url,
    model: row.model,
    subject: row.subject,
    config: row.config,
    concurrency: row.concurrency,
    budgetUsd: row.budget_usd,
    prices: row.prices,
    seed: row.seed,
    by: row.created_by,
    state: row.state,
    error: row.error,
    pace: row.pace,
    standing: row.standing,
    standingReason: row.standing_reason,
    standingBy: row.standing_by,
    startedAtMs: row.started_at.getTime(),
    finishedAtMs: row.finished_at?.getTime() ?? null,
  };
}

function toCall(row: CallRow): LeasedCall {
  return {
    id: row.id,
    target: row.target,
    order: row.slot_order,
    repeat: row.repeat,
    attempts: row.attempts,
    faults: row.faults,
    ...(row.not_before === null || row.turned_away_at === null
      ? {}
      : {
          turnedAway: { atMs: row.turned_away_at.getTime(), notBeforeMs: row.not_before.getTime() },
        }),
  };
}
