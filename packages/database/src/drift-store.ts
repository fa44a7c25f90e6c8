import type { DriftCheck, DriftReading, DriftSet, DriftStore } from '@agon/arena';
import type { BattleId, CampaignId, JudgeId, ProviderId, RunId } from '@agon/domain';
import type { Database } from './connect.ts';
import { ofStandingImport } from './standing-rows.ts';
import { isViewable } from './viewable-campaigns.ts';

type SetRow = {
  id: string;
  campaign_id: string;
  campaign: string;
  title: string;
  judge_id: string;
  model: string;
  provider_id: string;
  provider: string;
  config: DriftSet['config'];
  prices: DriftSet['prices'];
  budget_usd: number | null;
  seed: number;
  every_hours: number | null;
  next_at: Date | null;
  failure: string | null;
  created_by: string | null;
  created_at: Date;
};
type ReadingRow = {
  place: string;
  battle: string;
  prompt: string;
  order: 'ab' | 'ba';
  label: string;
  model: string | null;
  fingerprint: string | null;
  at: Date;
};
type CheckRow = { run: string; set_id: string; state: DriftCheck['state']; started_at: Date };

export function createDriftStore({ sql }: Database): DriftStore {
  const selectSets = sql`select s.*, c.slug as campaign, c.title, p.name as provider from drift_sets s
    join campaigns c on c.id = s.campaign_id join providers p on p.id = s.provider_id`;
  const outcomes = sql`('a', 'b', 'tie', 'both_bad')`;

  /** @param place what tells whose readings they are; @param from joins `c`, calls with a reply */
  const selectReadings = (place: ReturnType<typeof sql>, from: ReturnType<typeof sql>) => sql<ReadingRow[]>`
    select ${place} as place, c.target as battle, b.prompt_id as prompt, c.slot_order as "order", c.result as label,
      r.model, r.fingerprint, r.at
    from ${from} join replies r on r.id = c.reply_id join battles b on b.id = c.target::uuid
    where c.state = 'done' and c.result is not null order by c.id`;

  async function findCopy(set: Pick<DriftSet, 'campaignId' | 'judgeId' | 'model' | 'providerId'>) {
    const [row] = await sql<SetRow[]>`${selectSets} where s.campaign_id = ${set.campaignId}
      and s.judge_id = ${set.judgeId} and s.model = ${set.model} and s.provider_id = ${set.providerId}`;
    return row === undefined ? null : toSet(row);
  }

  return {
    async freeze(set, battles) {
      const known = await findCopy(set);
      if (known !== null) return known;
      await sql.begin(async (tx) => {
        const [made] = await tx`
          insert into drift_sets (id, campaign_id, judge_id, model, provider_id, config, prices, budget_usd, seed, created_by, created_at)
          values (${set.id}, ${set.campaignId}, ${set.judgeId}, ${set.model}, ${set.providerId},
            ${tx.json(set.config as never)}, ${set.prices === null ? null : tx.json(set.prices)}, ${set.budgetUsd}, ${set.seed},
            ${set.by}, ${new Date(set.createdAtMs)})
          on conflict do nothing returning id`;
        // somebody else froze it at the same moment
        if (made === undefined) return;
        const { count } = await tx`
          with said as (
            select d.battle_id, c.id as call_id from verdicts d join runs r on r.id = d.run_id
            join replies p on p.id = d.reply_id join calls c on c.id = p.call_id and c.reply_id = p.id
            where d.campaign_id = ${set.campaignId} and d.judge_id = ${set.judgeId} and d.model = ${set.model}
              and d.slot_order in ('ab', 'ba') and d.repeat = 1 and d.outcome is not null
              and r.kind = 'verdicts' and r.state = 'done' and r.standing in ('counted', 'admitted')
              and r.provider_id = ${set.providerId} and c.state = 'done' and c.result in ${outcomes}
              and c.target = d.battle_id::text),
          voted as (
            select distinct b.prompt_id, least(b.answer_a, b.answer_b) as one, greatest(b.answer_a, b.answer_b) as other
            from battles b join votes v on v.battle_id = b.id
            where b.campaign_id = ${set.campaignId} and ${ofStandingImport(tx, 'v')}),
          drawn as (
            select s.battle_id from said s join battles b on b.id = s.battle_id
            left join voted v on v.prompt_id = b.prompt_id and v.one = least(b.answer_a, b.answer_b)
              and v.other = greatest(b.answer_a, b.answer_b)
            group by s.battle_id
            order by count(*) > 1 desc, bool_or(v.one is not null) desc, md5(${String(set.seed)} || s.battle_id::text)
            limit ${battles})
          insert into drift_calls (set_id, call_id) select ${set.id}, call_id from said where battle_id in (select battle_id from drawn)`;
        if (count === 0) await tx`delete from drift_sets where id = ${set.id}`;
      });
      return findCopy(set);
    },

    async watched(filter, checks) {
      const { campaignId, judgeId, model, providerId, viewer, checkedSinceMs } = filter;
      const rows = await sql<SetRow[]>`${selectSets}
        where ${campaignId === undefined ? sql`true` : sql`s.campaign_id = ${campaignId}`}
          and ${judgeId === undefined ? sql`true` : sql`s.judge_id = ${judgeId}`}
          and ${model === undefined ? sql`true` : sql`s.model = ${model}`}
          and ${providerId === undefined ? sql`true` : sql`s.provider_id = ${providerId}`}
          and ${viewer === undefined ? sql`true` : isViewable(sql, viewer)}
          and ${
            checkedSinceMs === undefined
              ? sql`true`
              : sql`exists (select 1 from runs k where k.kind = 'drift' and k.config ->> 'set' = s.id::text
                  and k.finished_at >= ${new Date(checkedSinceMs)})`
          } order by s.created_at, s.id`;
      if (rows.length === 0) return [];
      const ids = rows.map(({ id }) => id);
      const runs = await sql<CheckRow[]>`
        select k.id as run, s.id as set_id, k.state, k.started_at from drift_sets s
        -- checks of before the set was held against a later one are history
        join lateral (select c.run_id from drift_calls d join calls c on c.id = d.call_id where d.set_id = s.id
          order by c.run_id desc limit 1) newest on true
        join lateral (select id, state, started_at from runs where kind = 'drift' and config ->> 'set' = s.id::text
          and id > newest.run_id order by id desc limit ${checks}) k on true
        where s.id = any(${ids}) order by k.id`;
      const [basis, found] = await Promise.all([
        selectReadings(
          sql`d.set_id`,
          sql`(select * from drift_calls where set_id = any(${ids})) d join calls c on c.id = d.call_id`,
        ),
        selectReadings(
          sql`c.run_id`,
          sql`(select * from calls where run_id = any(${runs.map(({ run }) => run)})) c`,
        ),
      ]);
      const ofBasis = Map.groupBy(basis, ({ place }) => place);
      const ofRun = Map.groupBy(found, ({ place }) => place);
      return Promise.all(
        rows.map(async (row) => ({
          set: toSet(row),
          basis: (ofBasis.get(row.id) ?? []).map(toReading),
          checks: runs
            .filter(({ set_id }) => set_id === row.id)
            .map(
              ({ run, state, started_at }): DriftCheck => ({
                run: run as RunId,
                state,
                startedAtMs: started_at.getTime(),
                readings: (ofRun.get(run) ?? []).map(toReading),
              }),
            ),
          repeats: await countRepeats(row),
        })),
      );
    },

    async schedule(id, everyHours, nextAtMs) {
      await sql`update drift_sets set every_hours = ${everyHours}, failure = null,
        next_at = ${nextAtMs === null ? null : new Date(nextAtMs)} where id = ${id}`;
    },

    async setBudget(id, budgetUsd, prices) {
      await sql`update drift_sets set budget_usd = ${budgetUsd},
        prices = ${prices === null ? null : sql.json(prices)} where id = ${id}`;
    },

    async claimDue(nowMs) {
      const now = new Date(nowMs);
      const claimed = await sql<{ id: string }[]>`
        update drift_sets set next_at = ${now} + every_hours * interval '1 hour'
        where id in (select s.id from drift_sets s where s.next_at <= ${now} and s.every_hours is not null
          and not exists (select 1 from runs k where k.kind = 'drift' and k.config ->> 'set' = s.id::text
            and k.state in ('queued', 'running'))
          for update of s skip locked)
        returning id`;
      if (claimed.length === 0) return [];
      const rows = await sql<
        SetRow[]
      >`${selectSets} where s.id = any(${claimed.map(({ id }) => id)}) order by s.id`;
      return rows.map(toSet);
    },

    async noteStart(id, failure) {
      await sql`update drift_sets set failure = ${failure} where id = ${id}`;
    },

    async rebase(id, run) {
      await sql.begin(async (tx) => {
        await tx`select 1 from drift_sets where id = ${id} for update`;
        const added = await tx`insert into drift_calls (set_id, call_id) select ${id}, id from calls
          where run_id = ${run} and state = 'done' and reply_id is not null and result in ${outcomes} on conflict do nothing`;
        if (added.count === 0) return;
        await tx`delete from drift_calls where set_id = ${id} and call_id not in (select id from calls where run_id = ${run})`;
      });
    },
  };

  async function countRepeats(set: SetRow) {
    const [row] = await sql<{ changed: number; pairs: number }[]>`
      with asked as (select id from runs where campaign_id = ${set.campaign_id} and kind = 'verdicts' and state = 'done'
        and config ->> 'judgeId' = ${set.judge_id} and model = ${set.model} and provider_id = ${set.provider_id}),
      firsts as (select c.run_id, c.target, c.slot_order, c.result from asked join calls c on c.run_id = asked.id
        where c.repeat = 1 and c.state = 'done' and c.reply_id is not null and c.result in ${outcomes}),
      both_times as (
        select f.result as before, c.result as after from firsts f join calls c on c.run_id = f.run_id
          and c.target = f.target and c.slot_order = f.slot_order and c.repeat = 2
        where c.state = 'done' and c.reply_id is not null
        union all
        select f.result, c.result from firsts f join calls c on c.run_id = f.run_id
          and c.target = 'repeat:' || f.target and c.slot_order = f.slot_order and c.repeat = 1
        where c.state = 'done' and c.reply_id is not null)
      select count(*)::int as pairs, count(*) filter (where case before when 'both_bad' then 'tie' else before end
        is distinct from case after when 'both_bad' then 'tie' else after end)::int as changed from both_times`;
    return { changed: row!.changed, pairs: row!.pairs };
  }
}

function toSet(row: SetRow): DriftSet {
  return {
    id: row.id,
    campaignId: row.campaign_id as CampaignId,
    campaign: row.campaign,
    campaignTitle: row.title,
    judgeId: row.judge_id as JudgeId,
    model: row.model,
    providerId: row.provider_id as ProviderId,
    provider: row.provider,
    config: row.config,
    prices: row.prices,
    budgetUsd: row.budget_usd,
    seed: row.seed,
    by: row.created_by,
    createdAtMs: row.created_at.getTime(),
    everyHours: row.every_hours,
    nextAtMs: row.next_at?.getTime() ?? null,
    failure: row.failure,
  };
}

function toReading({ battle, prompt, order, label, model, fingerprint, at }: ReadingRow): DriftReading {
  return {
    battleId: battle as BattleId,
    promptId: prompt,
    order,
    label,
    model,
    fingerprint,
    atMs: at.getTime(),
  };
}
