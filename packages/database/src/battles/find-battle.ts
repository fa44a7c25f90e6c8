import type {
  BattleBrowser,
  BattleRecord,
  BattleVerdict,
  BattleVote,
  SelfNamingSpan,
  VoteChange,
} from '@agon/arena';
import {
  type BattleId,
  bySlot,
  type CampaignId,
  type Outcome,
  type PromptId,
  type RunId,
  type Slot,
  swapOutcome,
  type VerdictId,
} from '@agon/domain';
import type { Database } from '../connect.ts';
import { materialSql } from '../material-sql.ts';
import { pseudonymSql } from '../rater-store.ts';
import { ofStandingImport } from '../standing-rows.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Of a reply, as a line of a table shows it. */
const END = 120;

type BattleRow = {
  id: string;
  prompt_id: string | null;
  key: string | null;
  prompt: string[] | null;
  material: BattleRecord['material'];
  category: string | null;
  language: string | null;
  turns: number | null;
  name_a: string;
  name_b: string;
  answer_a: string | null;
  answer_b: string | null;
  swapped: boolean;
  origin: BattleRecord['battles'][number]['origin'];
  state: BattleRecord['battles'][number]['state'];
  draw_probability: number | null;
  skip_reason: string | null;
  drawn_at: Date;
};

type AnswerRow = {
  id: string;
  turns: string[];
  self_naming: (readonly SelfNamingSpan[])[] | null;
  prompt_tokens: number | null;
  completion_tokens: number | null;
  run: string | null;
  provider: string | null;
  model: string | null;
  config: Readonly<Record<string, unknown>> | null;
};

type VoteRow = Omit<BattleVote, 'atMs' | 'changes' | 'firstOutcome' | 'state' | 'outcome'> & {
  readonly battle: string;
  readonly outcome: Outcome;
  readonly quarantined: boolean;
  readonly at: Date | null;
};

type ChangeRow = {
  vote_id: string;
  kind: VoteChange['kind'];
  outcome: Outcome | null;
  tags: BattleVote['tags'];
  note: string | null;
  after_reveal: boolean;
  at: Date;
};

type VerdictRow = Omit<BattleVerdict, 'atMs' | 'isControl'> & {
  readonly battle: string;
  readonly origin: string;
  readonly at: Date | null;
};

/** Everything on one battle, and on all others about the same two answers. */
export function findBattle({ sql }: Database): Pick<BattleBrowser, 'find' | 'source'> {
  const isLive = (table: string) => ofStandingImport(sql, table);

  /** The first one first. */
  async function groupOf(campaign: CampaignId, battle: string): Promise<readonly BattleRow[]> {
    if (!UUID.test(battle)) return [];
    return sql<BattleRow[]>`
      with each as materialized (
        select b.*, coalesce(b.turns, jsonb_array_length(p.turns)) as shown,
          case when b.answer_a is null or b.answer_b is null then b.model_a else b.answer_a end as side_a,
          case when b.answer_a is null or b.answer_b is null then b.model_b else b.answer_b end as side_b
        from battles one
        join battles b on b.campaign_id = one.campaign_id and b.prompt_id is not distinct from one.prompt_id
          and (b.prompt_id is not null or b.prompt_key = one.prompt_key or b.id = one.id)
        left join prompts p on p.id = b.prompt_id
        where one.id = ${battle} and one.campaign_id = ${campaign} and ${isLive('b')}),
      grouped as (
        select e.* from each e join each one on one.id = ${battle}
        where least(e.side_a, e.side_b) = least(one.side_a, one.side_b)
          and greatest(e.side_a, e.side_b) = greatest(one.side_a, one.side_b) and e.shown is not distinct from one.shown)
      select g.id, g.prompt_id, coalesce(k.key, g.prompt_key) as key, p.turns as prompt, ${materialSql(sql, 'g.campaign_id', 'g.prompt_id')} as material, coalesce(p.category, g.category) as category,
        coalesce(p.language, g.language) as language, g.shown as turns, ma.name as name_a, mb.name as name_b, g.answer_a,
        g.answer_b, g.origin, g.state, g.draw_probability, g.skip_reason, g.drawn_at,
        g.side_a is distinct from first_value(g.side_a) over (order by g.drawn_at, g.id) as swapped
      from grouped g join models ma on ma.id = g.model_a join models mb on mb.id = g.model_b
      left join prompts p on p.id = g.prompt_id
      left join lateral (select min(key) as key from campaign_prompts k
        where k.campaign_id = g.campaign_id and k.prompt_id = g.prompt_id) k on true
      order by g.drawn_at, g.id`;
  }

  async function votesOn(campaign: CampaignId, battles: readonly BattleRow[]): Promise<BattleVote[]> {
    const ids = battles.map(({ id }) => id);
    const swapped = swappedOf(battles);
    const rows = await sql<VoteRow[]>`
      select v.id, v.battle_id as battle, case when r.id is null then null else ${pseudonymSql(sql)} end as voter, v.outcome,
        q.reason, q.vote_id is not null as quarantined, v.import_id is not null as "isImported",
        i.files -> 0 ->> 'name' as source, v.shown_ms as "shownMs", coalesce(v.weight, 1) as weight, v.at
      from votes v left join raters r on r.id = v.rater_id left join quarantine q on q.vote_id = v.id
      left join imports i on i.id = v.import_id
      where v.campaign_id = ${campaign} and i.undone_at is null
        and ((v.import_id is null and v.battle_id = any(${ids}::uuid[])) or (v.import_id is not null and v.battle_id = any(${ids}::uuid[])))
      order by v.at nulls first, v.seq`;
    const changes = await sql<ChangeRow[]>`
      select vote_id, kind, outcome, tags, note, after_reveal, at from vote_revisions
      where vote_id = any(${rows.map(({ id }) => id)}::uuid[]) order by id`;
    return rows.map((row) => {
      const turn = <T extends Outcome | null>(outcome: T): T =>
        outcome !== null && swapped.has(row.battle) ? (swapOutcome(outcome) as T) : outcome;
      const own = changes.filter((change) => change.vote_id === row.id);
      const last = own.findLast(({ kind }) => kind !== 'annotate');
      const noted = own.findLast(({ kind }) => kind === 'annotate');
      const isUndone = last?.kind === 'undo';
      const tags = noted?.tags ?? null;
      return {
        id: row.id,
        voter: row.voter,
        outcome: turn(last?.outcome ?? row.outcome),
        firstOutcome: turn(row.outcome),
        state: isUndone
          ? 'undone'
          : row.quarantined
            ? 'quarantined'
            : own.some((change) => change.after_reveal)
              ? 'changed_after_reveal'
              : 'counted',
        reason: row.reason,
        isImported: row.isImported,
        source: row.source,
        shownMs: row.shownMs,
        tags: tags !== null && swapped.has(row.battle) ? { a: tags.b, b: tags.a } : tags,
        note: noted?.note ?? null,
        weight: row.weight,
        atMs: row.at?.getTime() ?? null,
        changes: own.map((change) => ({
          kind: change.kind,
          outcome: turn(change.outcome),
          afterReveal: change.after_reveal,
          atMs: change.at.getTime(),
        })),
      };
    });
  }

  async function verdictsOn(campaign: CampaignId, battles: readonly BattleRow[]): Promise<BattleVerdict[]> {
    const swapped = swappedOf(battles);
    const rows = await sql<VerdictRow[]>`
      select d.id, d.battle_id as battle, j.name as judge, j.identity, j.origin, d.model, d.slot_order as "order", d.repeat,
        d.outcome, d.unscored, d.share_a as "shareA", d.parser, d.run_id as run, u.standing,
        d.import_id is not null as "isImported", r.prompt_tokens as "promptTokens", r.completion_tokens as "completionTokens",
        r.cost_usd as "costUsd", r.latency_ms as "latencyMs",
        right(btrim(r.texts[array_upper(r.texts, 1)]), ${END}) as "replyEnd", d.at
      from verdicts d join judges j on j.id = d.judge_id left join runs u on u.id = d.run_id
      left join replies r on r.id = d.reply_id
      where d.campaign_id = ${campaign} and d.battle_id = any(${battles.map(({ id }) => id)}::uuid[]) and ${isLive('d')}
      order by j.origin = 'control', j.name, j.identity, d.model, d.seq`;
    const said = rows.map(({ battle, origin, at, ...row }) => {
      const isSwapped = swapped.has(battle);
      return {
        ...row,
        isControl: origin === 'control',
        order: isSwapped && row.order === 'ab' ? 'ba' : isSwapped && row.order === 'ba' ? 'ab' : row.order,
        outcome: row.outcome !== null && isSwapped ? swapOutcome(row.outcome) : row.outcome,
        shareA: row.shareA !== null && isSwapped ? 1 - row.shareA : row.shareA,
        atMs: at?.getTime() ?? null,
      };
    });
    const ofOne = ({ identity, model }: BattleVerdict) => JSON.stringify([identity, model]);
    return [...Map.groupBy(said, ofOne).values()].flatMap((all) =>
      all.toSorted((x, y) => (x.order < y.order ? -1 : x.order > y.order ? 1 : x.repeat - y.repeat)),
    );
  }

  return {
    async find(campaign, battle) {
      const battles = await groupOf(campaign, battle);
      const [first] = battles;
      if (first === undefined) return null;
      const [answers, votes, verdicts] = await Promise.all([
        sql<AnswerRow[]>`
          select a.id, a.turns, a.self_naming, r.prompt_tokens, r.completion_tokens, u.id as run, p.name as provider, u.model,
            u.config
          from answers a left join replies r on r.id = a.reply_id left join runs u on u.id = r.run_id
          left join providers p on p.id = u.provider_id
          where a.id = any(${[first.answer_a, first.answer_b].filter((id) => id !== null)}::uuid[])`,
        votesOn(campaign, battles),
        verdictsOn(campaign, battles),
      ]);
      const answerIn = (slot: Slot) => {
        const row = answers.find(({ id }) => id === first[`answer_${slot}`]);
        return {
          model: first[`name_${slot}`],
          turns: row?.turns ?? null,
          selfNaming: row?.self_naming ?? [],
          promptTokens: row?.prompt_tokens ?? null,
          completionTokens: row?.completion_tokens ?? null,
          origin:
            row?.run == null
              ? null
              : {
                  run: row.run as RunId,
                  provider: row.provider ?? '',
                  model: row.model ?? '',
                  config: row.config ?? {},
                },
        };
      };
      return {
        id: first.id as BattleId,
        promptId: first.prompt_id as PromptId | null,
        promptKey: first.key,
        prompt: first.prompt,
        material: first.material,
        category: first.category,
        language: first.language,
        turns: first.turns,
        answers: bySlot(answerIn),
        battles: battles.map((row) => ({
          id: row.id as BattleId,
          origin: row.origin,
          state: row.state,
          drawProbability: row.draw_probability,
          skipReason: row.skip_reason,
          atMs: row.drawn_at.getTime(),
        })),
        votes,
        verdicts,
      };
    },

    async source(campaign, battle, verdict) {
      const battles = await groupOf(campaign, battle);
      if (battles.length === 0 || !UUID.test(verdict)) return null;
      const [row] = await sql<
        {
          id: string;
          run: string;
          reply_id: number;
          call_id: number;
          target: string;
          order: string;
          repeat: number;
          texts: string[];
          reasoning: string | null;
          finish_reason: string | null;
          request_hash: string | null;
          model: string | null;
          fingerprint: string | null;
          again: boolean;
        }[]
      >`
        select d.id, r.run_id as run, r.id as reply_id, c.id as call_id, c.target, c.slot_order as "order", c.repeat, r.texts,
          r.reasoning, r.finish_reason, r.request_hash, r.model, r.fingerprint,
          exists (select 1 from replies e where e.call_id = r.call_id and e.id < r.id) as again
        from verdicts d join replies r on r.id = d.reply_id join calls c on c.id = r.call_id
        where d.id = ${verdict} and d.campaign_id = ${campaign} and d.battle_id = any(${battles.map(({ id }) => id)}::uuid[])
          and ${isLive('d')}`;
      if (row === undefined) return null;
      return {
        verdict: row.id as VerdictId,
        run: row.run as RunId,
        replyId: row.reply_id,
        callId: row.call_id,
        attempt: row.again ? 1 : 0,
        call: { target: row.target, order: row.order, repeat: row.repeat },
        texts: row.texts,
        reasoning: row.reasoning,
        finishReason: row.finish_reason,
        requestHash: row.request_hash,
        model: row.model,
        fingerprint: row.fingerprint,
      };
    },
  };
}

const swappedOf = (battles: readonly BattleRow[]): ReadonlySet<string> =>
  new Set(battles.filter(({ swapped }) => swapped).map(({ id }) => id));
