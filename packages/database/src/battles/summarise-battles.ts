import type { CampaignId } from '@agon/domain';
import type { TransactionSql } from 'postgres';
import type { Database } from '../connect.ts';
import { lastChanges, ofStandingImport } from '../standing-rows.ts';

/** What the battles of a campaign can be filtered by; judges with most verdicts first. */
type Facets = {
  readonly judges: readonly { readonly judgeId: string; readonly model: string; readonly verdicts: number }[];
  readonly models: readonly string[];
  readonly categories: readonly string[];
  readonly languages: readonly string[];
};
export type SummaryState = {
  readonly facets: Facets;
  readonly madeAt: Date;
};
type StateRow = SummaryState & {
  readonly basis: string | null;
  /** What the basis is now. */
  readonly now: string;
  readonly isRight: boolean;
  readonly isSlow: boolean;
  /** Too young to be made anew. */
  readonly isFresh: boolean;
  /** Young enough to be shown. */
  readonly isShowable: boolean;
};

/** Summaries that took longer than this to make are made anew behind the reader, who gets those of before. */
const SLOW_MS = 1000;
/** Making them takes at most this share of the time. */
const MAX_SHARE = 0.1;
/** Whoever would read older ones waits. */
const OLDEST = '10 minutes';
/** Longer than any transaction that takes a number of a sequence is open before it commits. */
const SETTLES_AFTER = '1 minute';

/**
 * Keeps the summaries of campaigns: what lists of battles show and filter by. They are made anew as a whole when something
 * has changed; rows that take their number before they commit are looked for once more a minute later.
 */
export function battleSummaries({ sql }: Pick<Database, 'sql'>) {
  /** Those who ask while a campaign is summarised wait for the same work. */
  const running = new Map<string, Promise<unknown>>();

  const basisOf = (campaign: CampaignId) => sql`concat_ws('/', 1,
    (select quarantine_version || '/' || readings_version || '/' || content_version from campaigns where id = ${campaign}),
    (select seq from vote_chains where campaign_id = ${campaign}),
    (select coalesce(max(id), 0) from vote_revisions where campaign_id = ${campaign}),
    (select coalesce(max(seq), 0) from verdicts where campaign_id = ${campaign}),
    (select count(*) || '/' || count(undone_at) from imports where campaign_id = ${campaign}))`;

  const stateOf = async (on: Database['sql'] | TransactionSql, campaign: CampaignId): Promise<StateRow> => {
    const [row] = await on<StateRow[]>`
      select s.facets, s.made_at as "madeAt", s.basis, b.now,
        coalesce(s.basis = b.now and (s.settled or s.made_at > now() - ${SETTLES_AFTER}::interval), false) as "isRight",
        coalesce(s.took_ms > ${SLOW_MS}, false) as "isSlow",
        coalesce(s.made_at > now() - s.took_ms * ${1 / MAX_SHARE}::float8 * interval '1 millisecond', false) as "isFresh",
        coalesce(s.made_at > now() - ${OLDEST}::interval, false) as "isShowable"
      from (select ${basisOf(campaign)} as now) b left join battle_summary_states s on s.campaign_id = ${campaign}`;
    return row!;
  };

  async function make(campaign: CampaignId): Promise<void> {
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${`battle summaries/${campaign}`}, 0))`;
      const state = await stateOf(tx, campaign);
      // another process may have made them meanwhile
      if (state.isRight) return;
      await tx`set local jit = off`;
      await tx`set local work_mem = '64MB'`;
      const startedAt = performance.now();
      await summarise(tx, campaign);
      const facets = await readFacets(tx, campaign);
      await tx`
        insert into battle_summary_states (campaign_id, basis, settled, facets, made_at, took_ms)
        values (${campaign}, ${state.now}, ${state.now === state.basis}, ${tx.json(facets as never)}, now(),
          ${Math.round(performance.now() - startedAt)})
        on conflict (campaign_id) do update set basis = excluded.basis, settled = excluded.settled, facets = excluded.facets,
          made_at = excluded.made_at, took_ms = excluded.took_ms`;
    });
  }

  function makeOnce(campaign: CampaignId): Promise<unknown> {
    const known = running.get(campaign);
    if (known !== undefined) return known;
    const work = make(campaign).finally(() => running.delete(campaign));
    running.set(campaign, work);
    return work;
  }

  return {
    /** Sees to it that the summaries are there and, unless that takes long, right. */
    async ready(campaign: CampaignId): Promise<SummaryState> {
      const state = await stateOf(sql, campaign);
      if (state.isRight) return state;
      if (state.isSlow && state.isShowable) {
        // who reads next gets a failure, too, once nothing good is left to show
        if (!state.isFresh) makeOnce(campaign).catch(() => {});
        return state;
      }
      await makeOnce(campaign);
      return stateOf(sql, campaign);
    },
  };
}

async function readFacets(tx: TransactionSql, campaign: CampaignId): Promise<Facets> {
  const judges = await tx<Facets['judges'][number][]>`
    select judge_id as "judgeId", model, count(*)::int as verdicts from battle_summary_verdicts
    where campaign_id = ${campaign} group by 1, 2 order by 3 desc, 1, 2`;
  const [row] = await tx<Omit<Facets, 'judges'>[]>`
    with shown as materialized (
      select distinct model_a, model_b, category, language from battle_summaries where campaign_id = ${campaign})
    select array(select name from models where id in (select model_a from shown union select model_b from shown) order by 1) as models,
      array(select distinct category from shown where category is not null order by 1) as categories,
      array(select distinct language from shown where language is not null order by 1) as languages`;
  return { judges: [...judges], ...row! };
}

const SWAP = (outcome: string, swapped: string) =>
  `case when ${swapped} and ${outcome} in ('a', 'b') then translate(${outcome}, 'ab', 'ba') else ${outcome} end`;

async function summarise(tx: TransactionSql, campaign: CampaignId): Promise<void> {
  const isLive = (table: string) => ofStandingImport(tx, table);
  // battles about the same answers, in any slots; without answers, about the same prompt and models
  await tx`
    create temporary table grouped on commit drop as
    with lengths as materialized (
      select p.id, jsonb_array_length(p.turns) as turns from prompts p
      where p.id in (select prompt_id from campaign_prompts where campaign_id = ${campaign})),
    each as (
      select b.id, b.prompt_id, b.prompt_key, b.category, b.language, b.model_a, b.model_b, b.answer_a, b.answer_b, b.origin,
        b.drawn_at, coalesce(b.turns, l.turns) as turns,
        case when b.answer_a is null or b.answer_b is null then b.model_a else b.answer_a end as side_a,
        case when b.answer_a is null or b.answer_b is null then b.model_b else b.answer_b end as side_b
      from battles b left join lengths l on l.id = b.prompt_id where b.campaign_id = ${campaign} and ${isLive('b')})
    select id, prompt_id, prompt_key, category, language, model_a, model_b, answer_a, answer_b, origin, drawn_at, turns,
      first_value(id) over same as summary_id, side_a is distinct from first_value(side_a) over same as swapped
    from each window same as (
      partition by prompt_id, case when prompt_id is null then prompt_key end,
        case when prompt_id is null and prompt_key is null then id end, least(side_a, side_b), greatest(side_a, side_b), turns
      order by drawn_at, id)`;
  await tx`analyze grouped`;
  await tx`delete from battle_groups where campaign_id = ${campaign}`;
  await tx`
    insert into battle_groups (battle_id, campaign_id, summary_id, swapped)
    select id, ${campaign}, summary_id, swapped from grouped`;

  await tx`
    create temporary table judged on commit drop as
    select summary_id, judge_id, model,
      (array_agg(said order by repeat, seq) filter (where slot_order = 'ab'))[1] as ab,
      (array_agg(said order by repeat, seq) filter (where slot_order = 'ba'))[1] as ba,
      (array_agg(said order by repeat, seq) filter (where slot_order not in ('ab', 'ba')))[1] as other
    from (
      select g.summary_id, d.judge_id, d.model, d.repeat, d.seq,
        case when g.swapped and d.slot_order in ('ab', 'ba') then reverse(d.slot_order) else d.slot_order end as slot_order,
        coalesce(${tx.unsafe(SWAP('d.outcome', 'g.swapped'))}, d.unscored) as said
      from verdicts d join grouped g on g.id = d.battle_id where d.campaign_id = ${campaign} and ${isLive('d')}) each
    group by 1, 2, 3`;
  await tx`delete from battle_summaries where campaign_id = ${campaign}`;
  await tx`
    insert into battle_summaries (campaign_id, id, prompt_id, prompt_key, category, language, turns, model_a, model_b, answer_a,
      answer_b, a, b, tie, both_bad, votes, outcome, excluded, notes, drawn_at, last_vote)
    with last as (${lastChanges(tx, campaign)}),
    late as (select distinct vote_id from vote_revisions where campaign_id = ${campaign} and after_reveal),
    noted as (
      select distinct on (vote_id) vote_id, note from vote_revisions
      where campaign_id = ${campaign} and kind = 'annotate' order by vote_id, id desc),
    said as (
      select g.summary_id, v.at, ${tx.unsafe(SWAP('coalesce(last.outcome, v.outcome)', 'g.swapped'))} as outcome,
        q.vote_id is null and late.vote_id is null as counts, coalesce(noted.note, '') <> '' as noted
      from votes v join grouped g on g.id = v.battle_id left join last on last.vote_id = v.id
      left join late on late.vote_id = v.id left join noted on noted.vote_id = v.id left join quarantine q on q.vote_id = v.id
      where v.campaign_id = ${campaign} and ${isLive('v')} and last.kind is distinct from 'undo'),
    counted as (
      select summary_id, count(*) filter (where counts and outcome = 'a') as a, count(*) filter (where counts and outcome = 'b') as b,
        count(*) filter (where counts and outcome = 'tie') as tie, count(*) filter (where counts and outcome = 'both_bad') as bad,
        count(*) filter (where counts) as votes, count(*) filter (where not counts) as excluded,
        count(*) filter (where noted) as notes, max(at) as last_vote
      from said group by 1),
    shown as (
      select summary_id from counted union select summary_id from judged
      union select summary_id from grouped where origin <> 'draw')
    select ${campaign}, g.id, g.prompt_id, coalesce(k.key, g.prompt_key), coalesce(p.category, g.category),
      coalesce(p.language, g.language), g.turns, g.model_a, g.model_b, g.answer_a, g.answer_b, coalesce(c.a, 0),
      coalesce(c.b, 0), coalesce(c.tie, 0), coalesce(c.bad, 0), coalesce(c.votes, 0),
      case when coalesce(c.votes, 0) = 0 then null
        when (c.a = m.most)::int + (c.b = m.most)::int + (c.tie = m.most)::int + (c.bad = m.most)::int > 1 then 'split'
        when c.a = m.most then 'a' when c.b = m.most then 'b' when c.tie = m.most then 'tie' else 'both_bad' end,
      coalesce(c.excluded, 0), coalesce(c.notes, 0), g.drawn_at, coalesce(c.last_vote, '-infinity')
    from grouped g join shown s on s.summary_id = g.id left join counted c on c.summary_id = g.id
    left join lateral (select greatest(c.a, c.b, c.tie, c.bad) as most) m on true
    left join prompts p on p.id = g.prompt_id
    left join (select prompt_id, min(key) as key from campaign_prompts where campaign_id = ${campaign} group by 1) k
      on k.prompt_id = g.prompt_id`;

  const isOutcome = (column: string) => `${column} in ('a', 'b', 'tie', 'both_bad')`;
  const decided = `case when not (coalesce(${isOutcome('j.ab')}, true) and coalesce(${isOutcome('j.ba')}, true)
      and coalesce(${isOutcome('j.other')}, true)) then 'unscored'
    when j.ab <> j.ba then 'changed' else coalesce(j.ab, j.ba, j.other) end`;
  await tx`delete from battle_summary_verdicts where campaign_id = ${campaign}`;
  // both bad says as much of who is better as a tie
  await tx`
    insert into battle_summary_verdicts (campaign_id, judge_id, model, summary_id, ab, ba, other, decided, agreement)
    select ${campaign}, judge_id, model, summary_id, ab, ba, other, decided,
      case when decided = 'unscored' then 'unscored' when decided = 'changed' then 'changed_by_order'
        when people is null then null when people = 'split' then 'people_split'
        when replace(people, 'both_bad', 'tie') = replace(decided, 'both_bad', 'tie') then 'agrees' else 'disagrees' end
    from (select j.*, ${tx.unsafe(decided)} as decided, s.outcome as people
      from judged j join battle_summaries s on s.campaign_id = ${campaign} and s.id = j.summary_id) each`;
  // lists join what was just written: without figures of it they are planned as if there were a handful of rows
  await tx`analyze battle_summaries, battle_summary_verdicts, battle_groups`;
}
