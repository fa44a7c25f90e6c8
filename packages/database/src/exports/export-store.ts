import type {
  ExportedAnswer,
  ExportedBattle,
  ExportedPrompt,
  ExportedScore,
  ExportedVerdict,
  ExportedVote,
  ExportStore,
} from '@agon/arena';
import { LEFT_OUT_SQL } from '../comparisons/comparison-sql.ts';
import { AFTER_REVEAL_REASON } from '../comparisons/load-rows.ts';
import type { Database } from '../connect.ts';
import { materialSql } from '../material-sql.ts';
import { JOIN_LAST_CHANGE, ofStandingImport } from '../standing-rows.ts';
import { UNNAMED_JUDGE } from '../unnamed-judge.ts';

type Dated<T, Key extends string> = Omit<T, Key> & { [K in Key]: Date | null };

/** Rows that are held at a time. */
const PART = 2000;

export function createExportStore({ sql }: Database): ExportStore {
  const live = (table: string) => ofStandingImport(sql, table);
  const material = (table: string) =>
    sql`${materialSql(sql, `${table}.campaign_id`, `${table}.prompt_id`)} as material`;
  return {
    async *votes(campaign) {
      const query = sql<Dated<ExportedVote, 'at'>[]>`
        select v.id, v.seq, v.battle_id as battle, v.rater_id as rater, coalesce(cp.key, b.prompt_key) as prompt,
          coalesce(p.category, b.category) as category, coalesce(p.language, b.language) as language, b.turns,
          ma.name as "modelA", mb.name as "modelB", coalesce(last.outcome, v.outcome) as outcome,
          coalesce(v.weight, b.draw_weight, 1) as weight, v.share_a as "shareA",
          v.outcome as "firstOutcome", coalesce(last.kind = 'undo', false) as undone,
          coalesce(q.reason, case when changed.vote_id is not null then ${AFTER_REVEAL_REASON} end) as excluded,
          note.tags, note.note, v.shown_ms as "shownMs", b.draw_probability as "drawProbability",
          b.draw_reason as "drawReason", case when v.import_id is null then 'live' else 'import' end as source,
          v.import_id as import, v.source_id as "sourceId", v.at, v.hash
        from votes v join battles b on b.id = v.battle_id
        join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
        left join imports i on i.id = v.import_id
        left join prompts p on p.id = b.prompt_id
        left join lateral (select key from campaign_prompts k where k.campaign_id = v.campaign_id and k.prompt_id = b.prompt_id
          order by key limit 1) cp on true
        left join quarantine q on q.vote_id = v.id
        left join (select distinct vote_id from vote_revisions where campaign_id = ${campaign} and after_reveal) changed
          on changed.vote_id = v.id
        ${sql.unsafe(JOIN_LAST_CHANGE)}
        left join lateral (select tags, note from vote_revisions r where r.vote_id = v.id and r.kind = 'annotate'
          order by r.id desc limit 1) note on true
        where v.campaign_id = ${campaign} and ${live('v')}
        order by coalesce(i.chain_seq, v.seq), v.seq`;
      for await (const rows of query.cursor(PART))
        yield rows.map((row) => ({ ...row, at: row.at?.toISOString() ?? null }));
    },

    prompts: (campaign) =>
      sql<ExportedPrompt[]>`
        select cp.key as prompt, p.turns, p.category, p.language, ${material('cp')}
        from campaign_prompts cp join prompts p on p.id = cp.prompt_id
        where cp.campaign_id = ${campaign} and ${live('cp')} order by cp.key`.cursor(PART),

    answers: (campaign) =>
      sql<ExportedAnswer[]>`
        select cp.key as prompt, p.category, p.language, p.turns as "promptTurns", m.name as model, a.turns,
          a.self_naming is not null as "namesItself", ${material('a')}
        from answers a join prompts p on p.id = a.prompt_id join models m on m.id = a.model_id
        join lateral (select key from campaign_prompts k where k.campaign_id = a.campaign_id and k.prompt_id = a.prompt_id
          order by key limit 1) cp on true
        where a.campaign_id = ${campaign} and ${live('a')} order by cp.key, m.name, a.seq`.cursor(PART),

    async *battles(campaign) {
      const query = sql<Dated<ExportedBattle, 'drawnAt'>[]>`
        select b.id, coalesce(cp.key, b.prompt_key) as prompt, ma.name as "modelA", mb.name as "modelB", b.turns, b.origin,
          b.state, b.rater_id as rater, b.draw_probability as "drawProbability", b.draw_reason as "drawReason",
          b.skip_reason as "skipReason", b.drawn_at as "drawnAt", ${material('b')}
        from battles b join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
        left join lateral (select key from campaign_prompts k where k.campaign_id = b.campaign_id and k.prompt_id = b.prompt_id
          order by key limit 1) cp on true
        where b.campaign_id = ${campaign} and ${live('b')} order by b.id`;
      for await (const rows of query.cursor(PART))
        yield rows.map((row) => ({ ...row, drawnAt: row.drawnAt!.toISOString() }));
    },

    async *verdicts(campaign) {
      const query = sql<Dated<ExportedVerdict, 'at'>[]>`
        select d.id, d.battle_id as battle, j.identity as judge, d.model,
          case when j.identity = ${`imported:${UNNAMED_JUDGE}`} then null when d.model = '' then j.name else j.name || ' / ' || d.model end as rater,
          coalesce(cp.key, b.prompt_key) as prompt, coalesce(p.category, b.category) as category,
          coalesce(p.language, b.language) as language, ma.name as "modelA", mb.name as "modelB", b.turns,
          d.slot_order as "slotOrder", d.repeat, d.outcome, d.unscored, coalesce(d.weight, 1) as weight,
          ${sql.unsafe(`case when j.origin = 'control' then 'control_judge' else ${LEFT_OUT_SQL} end`)} as excluded,
          d.share_a as "shareA", d.source_id as "sourceId", r.texts[array_upper(r.texts, 1)] as raw, d.at
        from verdicts d join judges j on j.id = d.judge_id join battles b on b.id = d.battle_id
        left join replies r on r.id = d.reply_id left join runs run on run.id = d.run_id
        join models ma on ma.id = b.model_a join models mb on mb.id = b.model_b
        left join prompts p on p.id = b.prompt_id
        left join lateral (select key from campaign_prompts k where k.campaign_id = b.campaign_id and k.prompt_id = b.prompt_id
          order by key limit 1) cp on true
        where d.campaign_id = ${campaign} and ${live('d')} order by d.seq`;
      for await (const rows of query.cursor(PART))
        yield rows.map((row) => ({ ...row, at: row.at?.toISOString() ?? null }));
    },

    scores: (campaign) =>
      sql<ExportedScore[]>`
        select m.name as model, k.name as benchmark, s.score, s.n, s.source, k.chance
        from scores s join models m on m.id = s.model_id join benchmarks k on k.id = s.benchmark_id
        where s.campaign_id = ${campaign} and ${live('s')} order by k.name, m.name, s.source`.cursor(PART),
  };
}
