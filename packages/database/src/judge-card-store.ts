import type {
  CellVerdict,
  JudgeCardStore,
  JudgedCell,
  JudgeSubject,
  SubjectFilter,
  SubjectRun,
  VerdictCosts,
} from '@agon/arena';
import type { AnswerId, BattleId, CampaignId, JudgeId, PromptId, RunId } from '@agon/domain';
import type { Database } from './connect.ts';
import { lastChanges, ofStandingImport } from './standing-rows.ts';

type BattleRow = {
  battle: string;
  key: string;
  prompt_id: string | null;
  prompt_key: string | null;
  category: string | null;
  turns: number | null;
  side_a: string;
  model_a: string;
  model_b: string;
  answer_a: string | null;
  answer_b: string | null;
  of: number;
};
type SaidRow = { key: string; side_a: string; outcome: 'a' | 'b' | 'tie' | 'both_bad' | null };
type VoteRow = SaidRow & { rater: string | null; weight: number };
type VerdictRow = SaidRow & {
  judge_id: string;
  model: string;
  slot_order: string;
  repeat: number;
  unscored: string | null;
  share_a: number | null;
  reply: string | null;
  id: string;
};

const SHARES_AT_ONCE = 5000;

export function createJudgeCardStore({ sql }: Database): JudgeCardStore {
  const live = (table: string) => ofStandingImport(sql, table);
  /**
   * Of a battle `b` with its prompt `p`: the same where prompt, turns and the two answers are, in whatever slots. To show
   * as many turns as the prompt has is to show all.
   */
  const key = sql`concat_ws('/', coalesce(b.prompt_id::text, b.prompt_key),
    case when b.turns >= jsonb_array_length(p.turns) then 0 else coalesce(b.turns, 0) end,
    least(coalesce(b.answer_a, b.model_a), coalesce(b.answer_b, b.model_b)),
    greatest(coalesce(b.answer_a, b.model_a), coalesce(b.answer_b, b.model_b)))`;
  const sideA = sql`coalesce(b.answer_a, b.model_a)`;
  const ofSubject = (filter: SubjectFilter | null) =>
    filter === null
      ? sql`d.judge_id not in (select id from judges where origin = 'control')`
      : sql`d.judge_id = ${filter.judgeId} and d.model = ${filter.model}
          ${filter.run === null ? sql`` : sql`and d.run_id = ${filter.run}`}`;

  async function readSubjects(campaign: CampaignId): Promise<JudgeSubject[]> {
    const rows = await sql<
      (Omit<JudgeSubject, 'judgeId' | 'lastMs'> & { judge_id: string; last: Date | null })[]
    >`
      select j.id as judge_id, j.name, j.identity, j.title, j.origin, j.source, d.model, count(*)::int as verdicts, max(d.at) as last
      from verdicts d join judges j on j.id = d.judge_id
      where d.campaign_id = ${campaign} and ${live('d')} and d.slot_order <> 'reconciled'
      group by j.id, d.model order by count(*) desc, j.name, d.model`;
    return rows.map(({ judge_id, last, ...row }) => ({
      ...row,
      judgeId: judge_id as JudgeId,
      lastMs: last?.getTime() ?? null,
    }));
  }

  return {
    subjects: readSubjects,

    async cells(campaign, filter, most) {
      const subjects = await readSubjects(campaign);
      // the smallest battle of each stands for it, whichever verdicts come later
      const judged = sql`
        select distinct on (${key}) ${key} as key, b.id from battles b left join prompts p on p.id = b.prompt_id
        where b.campaign_id = ${campaign} and ${live('b')} and (b.prompt_id is not null or b.prompt_key is not null)
          and b.id in (select d.battle_id from verdicts d where d.campaign_id = ${campaign} and ${live('d')} and ${ofSubject(filter)})
          and not exists (select 1 from campaigns c join answers w on w.id in (b.answer_a, b.answer_b)
            where c.id = ${campaign} and c.settings->>'self_naming' = 'exclude' and w.self_naming is not null)
        order by ${key}, b.id`;
      const battles = await sql<BattleRow[]>`
        with judged as (${judged})
        select b.id as battle, g.key, b.prompt_id, b.prompt_key, coalesce(p.category, b.category) as category, b.turns,
          ${sideA} as side_a, ma.name as model_a, mb.name as model_b, b.answer_a, b.answer_b,
          count(*) over ()::int as of
        from judged g join battles b on b.id = g.id join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
        left join prompts p on p.id = b.prompt_id order by md5(g.key) limit ${most}`;
      const places = new Map(battles.map((row, place) => [row.key, place]));
      const keys = [...places.keys()];
      const [votes, verdicts] = await Promise.all([
        sql<VoteRow[]>`
          with asked as (select unnest(${keys}::text[]) as key),
          near as materialized (
            select b.id, ${key} as key, ${sideA} as side_a, b.draw_weight from battles b
            left join prompts p on p.id = b.prompt_id
            where b.campaign_id = ${campaign}),
          last as (${lastChanges(sql, campaign)})
          select n.key, n.side_a, coalesce(last.outcome, v.outcome) as outcome, v.rater_id as rater,
            coalesce(v.weight, n.draw_weight, 1) as weight
          from asked join near n on n.key = asked.key join votes v on v.battle_id = n.id
          left join last on last.vote_id = v.id
          where v.campaign_id = ${campaign} and ${live('v')} and coalesce(last.kind, '') <> 'undo'
            and last.after_reveal is not true and not exists (select 1 from quarantine q where q.vote_id = v.id)
          order by v.at nulls first, v.id`,
        sql<VerdictRow[]>`
          with asked as (select unnest(${keys}::text[]) as key),
          near as materialized (select b.id, ${key} as key, ${sideA} as side_a from battles b
            left join prompts p on p.id = b.prompt_id where b.campaign_id = ${campaign})
          select n.key, n.side_a, d.outcome, d.judge_id, d.model, d.id, d.slot_order, d.repeat, d.unscored, d.share_a,
            ${filter?.replies === true ? sql`r.texts[array_upper(r.texts, 1)]` : sql`null`} as reply
          from asked join near n on n.key = asked.key join verdicts d on d.battle_id = n.id
            ${filter?.replies === true ? sql`left join replies r on r.id = d.reply_id and d.judge_id = ${filter.judgeId}` : sql``}
          where d.campaign_id = ${campaign} and ${live('d')} and d.slot_order <> 'reconciled'
            ${filter?.run == null ? sql`` : sql`and (d.judge_id <> ${filter.judgeId} or d.model <> ${filter.model} or d.run_id = ${filter.run})`}
          order by d.seq`,
      ]);
      const voters = new Set<string>();
      const cells = battles.map(
        (row): JudgedCell & { votes: { outcome: 'a' | 'b' | 'tie'; weight: number }[] } => ({
          battle: row.battle as BattleId,
          promptId: row.prompt_id as PromptId | null,
          promptKey: row.prompt_key,
          category: row.category,
          turns: row.turns,
          models: { a: row.model_a, b: row.model_b },
          answers:
            row.answer_a === null || row.answer_b === null
              ? null
              : { a: row.answer_a as AnswerId, b: row.answer_b as AnswerId },
          votes: [],
        }),
      );
      for (const vote of votes) {
        const place = places.get(vote.key)!;
        // one person is one voice, however often an import has them
        const voter = `${place}/${vote.rater}`;
        if (vote.rater !== null && voters.has(voter)) continue;
        voters.add(voter);
        const outcome = oriented(vote, battles[place]!) ?? 'tie';
        cells[place]!.votes.push({ outcome, weight: vote.weight });
      }
      const numbers = new Map(subjects.map((each, k) => [`${each.judgeId}/${each.model}`, k]));
      return {
        cells,
        subjects,
        of: battles[0]?.of ?? 0,
        verdicts: verdicts.map((row): CellVerdict => {
          const cell = places.get(row.key)!;
          const turned = row.side_a !== battles[cell]!.side_a;
          return {
            id: row.id,
            isTurned: turned,
            cell,
            subject: numbers.get(`${row.judge_id}/${row.model}`) ?? -1,
            order: orderOf(row.slot_order, turned),
            repeat: row.repeat,
            outcome: oriented(row, battles[cell]!),
            unscored: row.unscored,
            shareA: row.share_a === null ? null : turned ? 1 - row.share_a : row.share_a,
            reply: row.reply,
          };
        }),
      };
    },

    async costs(campaign, filter) {
      const [row] = await sql<
        {
          replies: number;
          cost: number | null;
          estimated: boolean;
          prompt: number;
          completion: number;
          latency: number | null;
          seconds: number;
        }[]
      >`
        with said as (
          select r.* from replies r where r.id in (select d.reply_id from verdicts d where d.campaign_id = ${campaign}
            and d.reply_id is not null and ${ofSubject(filter)})),
        spans as (select extract(epoch from max(at) - min(at)) as seconds from said group by run_id)
        select count(*)::int as replies, sum(cost_usd) as cost, coalesce(bool_or(cost_estimated), false) as estimated,
          coalesce(sum(prompt_tokens), 0)::float8 as prompt, coalesce(sum(completion_tokens), 0)::float8 as completion,
          avg(latency_ms)::float8 as latency, coalesce((select sum(seconds) from spans), 0)::float8 as seconds from said`;
      return {
        replies: row!.replies,
        costUsd: row!.cost,
        estimated: row!.estimated,
        promptTokens: row!.prompt,
        completionTokens: row!.completion,
        latencyMs: row!.latency,
        seconds: row!.seconds,
      } satisfies VerdictCosts;
    },

    async setShares(campaign, shares) {
      return sql.begin(async (tx) => {
        let changed = 0;
        const sorted = [...shares].sort((x, y) => (x.id < y.id ? -1 : 1));
        for (let from = 0; from < sorted.length; from += SHARES_AT_ONCE) {
          const part = sorted.slice(from, from + SHARES_AT_ONCE);
          const { count } = await tx`
            update verdicts v set share_a = r.share
            from unnest(${part.map(({ id }) => id)}::uuid[], ${part.map(({ shareA }) => shareA)}::float8[]) as r(id, share)
            where v.id = r.id and v.campaign_id = ${campaign} and v.share_a is distinct from r.share`;
          changed += count;
        }
        if (changed > 0)
          await tx`update campaigns set readings_version = readings_version + 1 where id = ${campaign}`;
        return changed;
      });
    },

    async runs(campaign, filter) {
      const rows = await sql<
        {
          run: string;
          provider: string;
          started_at: Date;
          state: string;
          standing: string;
          reason: string | null;
        }[]
      >`
        select r.id as run, p.name as provider, r.started_at, r.state, r.standing, r.standing_reason as reason
        from runs r join providers p on p.id = r.provider_id
        where r.campaign_id = ${campaign} and r.id in (select d.run_id from verdicts d where d.campaign_id = ${campaign}
          and d.run_id is not null and ${ofSubject(filter)}) order by r.id desc`;
      return rows.map(
        (row): SubjectRun => ({
          run: row.run as RunId,
          provider: row.provider,
          startedAtMs: row.started_at.getTime(),
          state: row.state,
          standing: row.standing,
          standingReason: row.reason,
        }),
      );
    },
  };
}

/** What was said of a battle, in the slots of the one that stands for it. */
function oriented({ outcome, side_a }: SaidRow, battle: BattleRow): 'a' | 'b' | 'tie' | null {
  if (outcome === null) return null;
  if (outcome !== 'a' && outcome !== 'b') return 'tie';
  return (side_a === battle.side_a) === (outcome === 'a') ? 'a' : 'b';
}

function orderOf(stored: string, turned: boolean): CellVerdict['order'] {
  if (stored !== 'ab' && stored !== 'ba') return 'unknown';
  return (stored === 'ab') === turned ? 'ba' : 'ab';
}
