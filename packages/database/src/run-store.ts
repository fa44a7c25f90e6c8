import type { LeasedCall, RunRecord, RunStore, Settled } from '@agon/arena';
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
};

const ENDS: readonly RunRecord['state'][] = ['done', 'cancelled', 'failed'];
/** Rows of one statement: its parameters are arrays in memory. */
const CHUNK = 50_000;

/** @param worker number of the worker that leases, as its lock has it; null: one without a lock, whose leases run out */
export function createRunStore({ sql }: Database, worker: number | null = null): RunStore {
  const select = sql`select r.*, c.slug, c.title, p.name as provider, p.base_url from runs r
    join providers p on p.id = r.provider_id left join campaigns c on c.id = r.campaign_id`;
  /** Boards that hold verdicts of the run that a statement changed load them anew. */
  const readAnew = (changed: PendingQuery<Row[]>) => sql`
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
          and ${state === undefined ? sql`true` : sql`r.state in ('queued', 'running')`}
          and (c.id is null or ${isViewable(sql, viewer)})
          and ${after === null ? sql`true` : sql`r.id < ${after}`}
        order by r.id desc limit ${limit}`;
      return rows.map(toRun);
    },

    bundledVerdicts: (id, after, limit) => readBundledVerdicts(sql, id, after, limit),
    counts: (id) => countCalls(sql, id),
    orderCounts: (id) => countOrders(sql, id),
    probeCounts: (id) => countProbes(sql, id),
    derivedCounts: (id) => countDerived(sql, id),

    async lease(run, count, nowMs, untilMs) {
      const now = new Date(nowMs);
      const rows = await sql<CallRow[]>`
        with taken as (
          update calls set state = 'leased', leased_until = ${new Date(untilMs)}, leased_by = ${worker},
            not_before = null, attempts = attempts + 1
          where id in (select id from calls where run_id = ${run} and (
              (state = 'pending' and (not_before is null or not_before <= ${now})) or (state = 'leased' and leased_until <= ${now}))
            order by id limit ${count} for update skip locked)
          returning id, target, slot_order, repeat, attempts, faults)
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

    async setPace(id, pace) {
      await sql`update runs set pace = ${sql.json(pace)} where id = ${id}`;
    },

    async publishAnswers(campaign) {
      await sql`update campaigns set content_version = content_version + 1 where id = ${campaign}`;
    },

    async move(id, from, to, error, nowMs) {
      const isEnd = ENDS.includes(to);
      const moved = sql`update runs set state = ${to}, error = ${error}, finished_at = ${isEnd ? new Date(nowMs) : null}
        where id = ${id} and state = any(${from as string[]}) returning campaign_id, kind`;
      // its verdicts begin to count, or stop
      const rows = await (isEnd || to === 'queued' ? readAnew(moved) : moved);
      return rows.length > 0;
    },

    async setStanding(id, from, { standing, reason, by }) {
      const rows = await readAnew(sql`
        update runs set standing = ${standing}, standing_reason = ${reason}, standing_by = ${by}
        where id = ${id} and standing = any(${from as string[]})
          and (standing, standing_reason, standing_by) is distinct from (${standing}, ${reason}::text, ${by}::text)
        returning campaign_id, kind`);
      return rows.length > 0;
    },

    async setBudget(id, budgetUsd) {
      await sql`update runs set budget_usd = ${budgetUsd} where id = ${id}`;
    },

    async retryFailed(id) {
      const rows =
        await sql`update calls set state = 'pending', retried = retried + 1, faults = 0, result = null, not_before = null, leased_until = null
        where run_id = ${id} and state = 'failed'`;
      return rows.count;
    },

    async open() {
      const rows = await sql<{ id: string }[]>`
        select id from runs where state in ('queued', 'running')
        union select run_id from batches where state in ('sending', 'waiting') order by id`;
      return rows.map((row) => row.id as RunId);
    },

    replies: (id, after, limit) => readReplies(sql, id, after, limit),

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
  };
}
