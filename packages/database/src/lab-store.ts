import type { AskedCall, LabStore, LastReading, TriedBattle } from '@agon/arena';
import type { BattleId } from '@agon/domain';
import type { Database } from './connect.ts';
import { JOIN_LAST_CHANGE, ofStandingImport } from './standing-rows.ts';

type CallRow = Omit<AskedCall, 'reply'> & { readonly replied: boolean } & NonNullable<AskedCall['reply']>;

export function createLabStore({ sql }: Database): LabStore {
  return {
    async mostVoted(campaign, count) {
      const rows = await sql<{ id: string }[]>`
        with counted as (
          select battle_id, count(*) as votes from votes v
          where v.campaign_id = ${campaign} and ${ofStandingImport(sql, 'v')} group by 1),
        each_once as (
          select distinct on (b.prompt_id, least(b.answer_a, b.answer_b), greatest(b.answer_a, b.answer_b), b.turns)
            b.id, coalesce(p.category, b.category, '') as category, c.votes
          from counted c join battles b on b.id = c.battle_id join prompts p on p.id = b.prompt_id
          where b.answer_a is not null and b.answer_b is not null and b.state in ('voted', 'kept')
          order by b.prompt_id, least(b.answer_a, b.answer_b), greatest(b.answer_a, b.answer_b), b.turns, c.votes desc, b.id),
        placed as (
          select id, votes, row_number() over (partition by category order by votes desc, id) as place from each_once)
        select id from placed order by place, votes desc, id limit ${count}`;
      return rows.map((row) => row.id as BattleId);
    },

    async battles(campaign, ids) {
      if (ids.length === 0) return [];
      const rows = await sql<
        (Omit<TriedBattle, 'models' | 'people'> &
          Record<'modelA' | 'modelB', string> &
          Record<'a' | 'b' | 'tie', number>)[]
      >`
        with shown as (
          select b.* from battles b where b.campaign_id = ${campaign} and b.id = any(${ids.map(String)}::uuid[])
            and b.prompt_id is not null and b.answer_a is not null and b.answer_b is not null),
        said as (
          select s.id,
            case when stands.said in ('tie', 'both_bad') then 'tie'
              when (stands.said = 'a') = (other.answer_a = s.answer_a) then 'a' else 'b' end as outcome
          from shown s
          join battles other on other.campaign_id = s.campaign_id and other.prompt_id = s.prompt_id
            and least(other.answer_a, other.answer_b) = least(s.answer_a, s.answer_b)
            and greatest(other.answer_a, other.answer_b) = greatest(s.answer_a, s.answer_b)
            and other.turns is not distinct from s.turns
          -- each half has an index of its own
          join lateral (
            select id, outcome, import_id from votes live where live.battle_id = other.id and live.import_id is null
            union all
            select id, outcome, import_id from votes brought where brought.battle_id = other.id and brought.import_id is not null
          ) v on true
          left join quarantine q on q.vote_id = v.id
          ${sql.unsafe(JOIN_LAST_CHANGE)}
          cross join lateral (select coalesce(last.outcome, v.outcome) as said) stands
          where ${ofStandingImport(sql, 'v')} and q.vote_id is null and last.kind is distinct from 'undo'
            and not exists (select 1 from vote_revisions r where r.vote_id = v.id and r.after_reveal)),
        counted as (
          select id, count(*) filter (where outcome = 'a')::int as a, count(*) filter (where outcome = 'b')::int as b,
            count(*) filter (where outcome = 'tie')::int as tie from said group by id)
        select s.id, s.prompt_id as "promptId", coalesce(k.key, s.prompt_key) as "promptKey", p.turns ->> 0 as prompt,
          coalesce(p.category, s.category) as category, ma.name as "modelA", mb.name as "modelB",
          coalesce(c.a, 0) as a, coalesce(c.b, 0) as b, coalesce(c.tie, 0) as tie
        from shown s join prompts p on p.id = s.prompt_id
        join models ma on ma.id = s.model_a join models mb on mb.id = s.model_b
        left join lateral (select key from campaign_prompts cp where cp.campaign_id = s.campaign_id and cp.prompt_id = s.prompt_id
          order by key limit 1) k on true
        left join counted c on c.id = s.id`;
      return rows.map(({ modelA, modelB, a, b, tie, ...row }) => ({
        ...row,
        models: { a: modelA, b: modelB },
        people: { a, b, tie },
      }));
    },

    async calls(run) {
      const rows = await sql<CallRow[]>`
        select c.id, c.target, c.slot_order as "order", c.repeat, c.state, c.result as label, c.fault,
          c.fault_message as "faultMessage", r.id is not null as replied, r.texts, r.reasoning, r.finish_reason as "finishReason",
          r.logprobs, r.prompt_tokens as "promptTokens", r.completion_tokens as "completionTokens", r.cost_usd as "costUsd",
          r.latency_ms as "latencyMs"
        from calls c left join replies r on r.id = c.reply_id where c.run_id = ${run} order by c.id`;
      return rows.map(
        ({ id, target, order, repeat, state, label, fault, faultMessage, replied, ...reply }) => ({
          ...{ id, target, order, repeat, state, label, fault, faultMessage },
          reply: replied ? reply : null,
        }),
      );
    },

    async modelsAsked(campaign, identity) {
      return sql<{ model: string; calls: number }[]>`
        select r.model, count(*)::int as calls from runs r join calls c on c.run_id = r.id
        where r.campaign_id = ${campaign} and r.kind in ('verdicts', 'trial') and r.config ->> 'identity' = ${identity}
          and c.state = 'done'
        group by 1 order by 2 desc, 1`;
    },

    async readings(campaign, identity, model, battles) {
      return sql<LastReading[]>`
        select distinct on (c.target, c.slot_order) c.target as "battleId", c.slot_order as "order", c.result as label,
          p.cost_usd as "costUsd"
        from runs r join calls c on c.run_id = r.id left join replies p on p.id = c.reply_id
        where r.campaign_id = ${campaign} and r.kind in ('verdicts', 'trial') and r.config ->> 'identity' = ${identity}
          and r.model = ${model} and c.state = 'done' and c.repeat = 1
          -- other targets are probes, and answers of judges that score them one by one
          and c.target ~ ${'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'}
          and ${battles === null ? sql`true` : sql`c.target = any(${battles.map(String)})`}
        order by c.target, c.slot_order, c.id desc`;
    },
  };
}
