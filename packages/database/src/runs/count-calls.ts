import type { OrderCount, ProbeCount, RunCounts } from '@agon/arena';
import type { RunId } from '@agon/domain';
import type { Database } from '../connect.ts';
import { readBatches } from './batch-store.ts';
import { SCORES_PARSER } from './derive-verdicts.ts';

type Counted = Pick<
  RunCounts,
  'total' | 'pending' | 'inFlight' | 'done' | 'failed' | 'sent' | 'unasked' | 'retried' | 'targets'
>;

const NOTHING: Counted = {
  total: 0,
  pending: 0,
  inFlight: 0,
  done: 0,
  failed: 0,
  sent: 0,
  unasked: 0,
  retried: 0,
  targets: 0,
};

type SpentRow = {
  run: RunId;
  prompt: number;
  cached: number;
  completion: number;
  reasoning: number;
  cost: number | null;
  estimated: boolean;
};

type ResultRow = {
  run: RunId;
  label: string;
  count: number;
  replied: number;
  example: string | null;
  at: Date | null;
};

type FaultRow = Omit<RunCounts['faults'][number], 'lastAtMs'> & {
  readonly run: RunId;
  readonly at: Date | null;
};

/** Characters of an example. */
const EXAMPLE = 300;

/** A probe's target is its name, the battle, and the slot that it is about, with colons between; nothing else has one. */
export const IS_PROBE = `position(':' in target) > 0`;

/** Counts of many runs, by as many statements as of one. */
export async function countCalls(
  sql: Database['sql'],
  ids: readonly RunId[],
): Promise<ReadonlyMap<RunId, RunCounts>> {
  if (ids.length === 0) return new Map();
  const these = sql`run_id = any(${[...ids]}::uuid[])`;
  const calls = await sql<(Counted & { run: RunId })[]>`
    select run_id as run, count(*)::int as total, count(*) filter (where state in ('pending', 'leased'))::int as pending,
      count(*) filter (where state = 'leased')::int as "inFlight", count(*) filter (where state = 'done')::int as done,
      count(*) filter (where state = 'failed')::int as failed, (count(distinct target) filter (where not ${sql.unsafe(IS_PROBE)}))::int as targets,
      count(*) filter (where state = 'done' and reply_id is null)::int as unasked,
      (count(*) filter (where (state = 'done' and reply_id is not null) or state = 'failed') + coalesce(sum(retried), 0))::int as sent,
      coalesce(sum(retried), 0)::int as retried
    from calls where ${these} group by run_id`;
  const results = await sql<ResultRow[]>`
    select l.run, l.label, l.count, l.replied, left(r.texts[array_upper(r.texts, 1)], ${EXAMPLE}) as example, r.at
    from (select run_id as run, result as label, count(*)::int as count, count(reply_id)::int as replied, max(reply_id) as newest
      from calls where ${these} and result is not null and not ${sql.unsafe(IS_PROBE)} group by 1, 2) l
    left join replies r on r.id = l.newest
    order by l.count desc, l.label`;
  const spent = await sql<SpentRow[]>`
    select run_id as run, coalesce(sum(prompt_tokens), 0)::float8 as prompt, coalesce(sum(cached_tokens), 0)::float8 as cached,
      coalesce(sum(completion_tokens), 0)::float8 as completion, coalesce(sum(reasoning_tokens), 0)::float8 as reasoning,
      sum(cost_usd) as cost, coalesce(bool_or(cost_estimated), false) as estimated
    from replies where ${these} group by run_id`;
  const faults = await sql<FaultRow[]>`
    select run, reason, stands as state, sum(times)::int as count, left(min(fault_message), ${EXAMPLE}) as example, max(fault_at) as at
    from (select run_id as run, fault as reason, fault_message, fault_at,
        case when state in ('failed', 'done') then state else 'pending' end as stands,
        case state when 'done' then greatest(retried, 1) else 1 end as times
      from calls where ${these} and fault is not null) met
    group by 1, 2, 3 order by stands = 'done', 4 desc, 2, 3`;
  const batches = await readBatches(sql, ids);
  return new Map(
    ids.map((id) => {
      const own = <Row extends { readonly run: RunId }>(rows: readonly Row[]) =>
        rows.filter(({ run }) => run === id);
      const { run: _run, ...counted } = own(calls)[0] ?? { ...NOTHING, run: id };
      const cost = own(spent)[0];
      return [
        id,
        {
          ...counted,
          results: Object.fromEntries(own(results).map(({ label, count }) => [label, count])),
          replies: Object.fromEntries(
            own(results).flatMap(({ label, replied, example, at }) =>
              at === null
                ? []
                : [[label, { count: replied, example: example ?? '', lastAtMs: at.getTime() }]],
            ),
          ),
          promptTokens: cost?.prompt ?? 0,
          cachedTokens: cost?.cached ?? 0,
          completionTokens: cost?.completion ?? 0,
          reasoningTokens: cost?.reasoning ?? 0,
          costUsd: cost?.cost ?? null,
          costEstimated: cost?.estimated ?? false,
          batches: batches.get(id) ?? [],
          faults: own(faults).map(({ reason, state, count, example, at }) => ({
            reason,
            state,
            count,
            example,
            lastAtMs: at?.getTime() ?? null,
          })),
        },
      ];
    }),
  );
}

export async function countOrders(sql: Database['sql'], id: RunId): Promise<readonly OrderCount[]> {
  const rows = await sql<OrderCount[]>`
    select ab, ba, count(*)::int as count from (
      select max(result) filter (where slot_order = 'ab') as ab, max(result) filter (where slot_order = 'ba') as ba
      from calls where run_id = ${id} and not ${sql.unsafe(IS_PROBE)} group by target, repeat) pairs
    group by 1, 2`;
  return [...rows];
}

export async function countProbes(sql: Database['sql'], id: RunId): Promise<readonly ProbeCount[]> {
  const rows = await sql<ProbeCount[]>`
    select p.probe, nullif(p.slot, '') as slot, p.result as label, c.result as basis, count(*)::int as count from (
      select split_part(target, ':', 1) as probe, split_part(target, ':', 2) as battle, split_part(target, ':', 3) as slot,
        slot_order, result from calls where run_id = ${id} and result is not null and ${sql.unsafe(IS_PROBE)}
        and position('/' in target) = 0) p
    left join calls c on c.run_id = ${id} and c.target = p.battle and c.slot_order = p.slot_order and c.repeat = 1
    group by 1, 2, 3, 4`;
  return [...rows, ...(await countScoreProbes(sql, id))];
}

/**
 * Probes of judges of single answers and of lists: their targets have a name, a place and the plain target, with colons
 * between; labels and bases are values.
 */
async function countScoreProbes(sql: Database['sql'], id: RunId): Promise<readonly ProbeCount[]> {
  const rows = await sql<ProbeCount[]>`
    select p.probe, null as slot, p.result as label, s.value::text as basis, count(*)::int as count from (
      select found[1] as probe, (string_to_array(found[4], '+'))[found[2]::int + 1]::uuid as answer, found[5] as part,
        case when slot_order = '' then ''
          else slot_order || '@' || left(encode(sha256(convert_to(found[4], 'UTF8')), 'hex'), 8) end as shown, result
      from (select regexp_match(target, '^([a-z_]+):(\\d+):([^/]*)/([^/]*)/(.*)$') as found, slot_order, result from calls
        where run_id = ${id} and result is not null and ${sql.unsafe(IS_PROBE)} and position('/' in target) > 0) each) p
    join runs r on r.id = ${id}
    left join answer_scores s on s.campaign_id = r.campaign_id and s.judge_id::text = r.config->>'judgeId' and s.model = r.model
      and s.answer_id = p.answer and s.part = p.part and s.slot_order = p.shown and s.repeat = 1
    group by 1, 2, 3, 4`;
  return rows;
}

export async function countDerived(sql: Database['sql'], id: RunId): Promise<Record<string, number>> {
  const rows = await sql<{ outcome: string; count: number }[]>`
    select outcome, count(*)::int as count from verdicts where run_id = ${id} and parser = ${SCORES_PARSER} group by 1`;
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
}
