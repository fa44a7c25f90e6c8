import type { CampaignProgress } from '@agon/contract';
import type { CampaignId } from '@agon/domain';
import type { Database } from './connect.ts';
import { pseudonymSql } from './rater-store.ts';
import { JOIN_LAST_CHANGE, ofStandingImport } from './standing-rows.ts';

const MAX_RATERS = 500;

/** How far a campaign is: totals, battles by state, votes by pair, raters by votes. */
export async function readProgress(
  sql: Database['sql'],
  id: CampaignId,
  nowMs: number,
): Promise<CampaignProgress> {
  const live = ofStandingImport(sql, 'v');
  const [totals] = await sql<{ votes: number; recent: number; raters: number }[]>`
    select count(*)::int as votes, count(*) filter (where v.import_id is null and v.at > ${new Date(nowMs - 3_600_000)})::int as recent,
      count(distinct v.rater_id)::int as raters from votes v where v.campaign_id = ${id} and ${live}`;
  const states = await sql<{ state: 'issued' | 'voted' | 'skipped' | 'expired'; count: number }[]>`
    select state, count(*)::int as count from battles where campaign_id = ${id} and origin = 'draw' group by state`;
  const skips = await sql<{ reason: CampaignProgress['skips'][number]['reason']; count: number }[]>`
    select skip_reason as reason, count(*)::int as count from battles
    where campaign_id = ${id} and state = 'skipped' and skip_reason is not null group by 1 order by 2 desc`;
  const [answers] = await sql<{ self_naming: number; blank: number; several: number }[]>`
    select coalesce(sum(self_naming), 0)::int as self_naming, coalesce(sum(blank), 0)::int as blank,
      count(*) filter (where answers > 1)::int as several
    from (select count(*) as answers, count(a.self_naming) as self_naming, count(*) filter (where a.blank) as blank
      from answers a
      where a.campaign_id = ${id} and ${ofStandingImport(sql, 'a')} group by a.prompt_id, a.model_id) of_model`;
  const pairs = await sql<{ model_a: string; model_b: string; votes: number; issued: number }[]>`
    select least(ma.name, mb.name) as model_a, greatest(ma.name, mb.name) as model_b,
      count(v.id)::int as votes, count(*) filter (where b.state = 'issued')::int as issued
    from battles b join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
    left join votes v on v.battle_id = b.id and ${live}
    where b.campaign_id = ${id} group by 1, 2 order by 1, 2`;
  const raters = await readRaters(sql, id);
  const battles = { issued: 0, voted: 0, skipped: 0, expired: 0 };
  for (const { state, count } of states) battles[state] = count;
  return {
    votes: totals?.votes ?? 0,
    votes_last_hour: totals?.recent ?? 0,
    raters: totals?.raters ?? 0,
    battles,
    skips: [...skips],
    self_naming_answers: answers?.self_naming ?? 0,
    blank_answers: answers?.blank ?? 0,
    several_answers: answers?.several ?? 0,
    pairs: [...pairs],
    raters_by_votes: raters,
  };
}

type RaterRow = Omit<CampaignProgress['raters_by_votes'][number], 'last_vote_at'> & {
  last_vote_at: Date | null;
};

/**
 * Each rater's votes beside those of the others on the same two answers, whichever sides they were shown on.
 * The majority is what more of the others said than anything else; where there is none, nothing is compared.
 */
async function readRaters(
  sql: Database['sql'],
  id: CampaignId,
): Promise<CampaignProgress['raters_by_votes']> {
  const rows = await sql<RaterRow[]>`
    with given as (
      select v.id, v.rater_id, v.shown_ms, v.at, coalesce(last.outcome, v.outcome) as outcome, b.model_a, b.model_b,
        b.prompt_id, b.prompt_key, b.turns, least(b.answer_a, b.answer_b) as one_answer,
        greatest(b.answer_a, b.answer_b) as other_answer
      from votes v join battles b on b.id = v.battle_id
      ${sql.unsafe(JOIN_LAST_CHANGE)}
      where v.campaign_id = ${id} and last.kind is distinct from 'undo'
        and ${ofStandingImport(sql, 'v')}
    ), sided as (
      select g.*, least(model_a, model_b) as low, greatest(model_a, model_b) as high,
        case outcome when 'a' then model_a when 'b' then model_b end as better,
        coalesce(prompt_id::text, prompt_key) as prompt from given g
    ), counted as (
      select s.*,
        count(*) filter (where better = low) over place - count(*) filter (where better = low) over own as for_low,
        count(*) filter (where better = high) over place - count(*) filter (where better = high) over own as for_high,
        count(*) filter (where better is null) over place - count(*) filter (where better is null) over own as for_none
      from sided s
      window place as (partition by prompt, low, high, one_answer, other_answer, turns),
        own as (partition by prompt, low, high, one_answer, other_answer, turns, rater_id)
    ), compared as (
      select c.*, case
        when prompt is null then null
        when for_low > greatest(for_high, for_none) then better is not distinct from low
        when for_high > greatest(for_low, for_none) then better is not distinct from high
        when for_none > greatest(for_low, for_high) then better is null
      end as agrees from counted c
    )
    select ${pseudonymSql(sql)} as rater, count(*)::int as votes, max(c.at) as last_vote_at,
      avg(agrees::int)::float8 as agreement, count(agrees)::int as agreement_n,
      percentile_cont(0.5) within group (order by c.shown_ms)::float8 as median_ms,
      avg((better is null)::int)::float8 as tie_share,
      (avg((outcome = 'a')::int) filter (where better is not null))::float8 as left_share, count(coalesce(q.vote_id, changed.vote_id))::int as excluded
    from compared c join raters r on r.id = c.rater_id left join quarantine q on q.vote_id = c.id
    left join (select distinct vote_id from vote_revisions where campaign_id = ${id} and after_reveal) changed
      on changed.vote_id = c.id
    group by r.id order by 2 desc, 1 limit ${MAX_RATERS}`;
  return rows.map((row) => ({ ...row, last_vote_at: row.last_vote_at?.toISOString() ?? null }));
}
