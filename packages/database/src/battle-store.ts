import {
  type AnswerPair,
  type BattleStore,
  type DrawBasis,
  type GivenBattles,
  type NewBattle,
  type NewVoterBattle,
  type OpenBattle,
  SeenContent,
} from '@agon/arena';
import type { AnswerPlace } from '@agon/contract';
import type { AnswerId, BattleId, BySlot, ModelId, PromptId } from '@agon/domain';
import type { Database } from './connect.ts';
import { GroupCommit } from './group-commit.ts';
import { ofStandingImport } from './standing-rows.ts';
import { voterMemoryOf } from './voter-memory.ts';

type PairRow = { prompt_id: string; model_a: string; model_b: string; answer_a: string; answer_b: string };

type GivenRow = PairRow & {
  id: string;
  state: 'issued' | 'voted' | 'skipped' | 'expired';
  expires_at: Date;
};

type Issue = { readonly basis: DrawBasis; readonly battles: readonly NewVoterBattle[] };

export function createBattleStore(database: Database): BattleStore {
  const { sql } = database;
  const memory = voterMemoryOf(database);
  const issues = new GroupCommit<Issue, boolean>((campaignId, batch) => issueBatch(sql, campaignId, batch));
  const judgeIssues = new GroupCommit<NewBattle, null>(async (campaignId, battles) => {
    const rows = battles.map((battle) => ({
      id: battle.id,
      campaign_id: campaignId,
      prompt_id: battle.promptId,
      model_a: battle.models.a,
      model_b: battle.models.b,
      answer_a: battle.answers.a,
      answer_b: battle.answers.b,
      origin: 'judge',
      state: 'kept',
      draw_probability: battle.drawProbability,
      draw_reason: battle.drawReason,
      drawn_at: new Date(battle.drawnAtMs),
    }));
    await sql`insert into battles ${sql(rows)}`;
    return battles.map(() => null);
  });
  return {
    async givenTo(campaign, rater, index) {
      const known = memory.recall(campaign, rater, index);
      if (known !== null) return known;
      await sql`insert into voter_progress (campaign_id, rater_id) values (${campaign}, ${rater}) on conflict do nothing`;
      const [[progress], rows] = await sql.begin('isolation level repeatable read read only', (tx) => [
        tx<{ changes: number; votes: number }[]>`
          select changes, votes from voter_progress where campaign_id = ${campaign} and rater_id = ${rater}`,
        tx<GivenRow[]>`
          select id, prompt_id, model_a, model_b, answer_a, answer_b, state, expires_at from battles
          where campaign_id = ${campaign} and rater_id = ${rater} and origin = 'draw' order by id`,
      ]);
      const seen = new SeenContent(index);
      const open: OpenBattle[] = [];
      for (const row of rows) {
        if (row.state === 'issued') open.push(toOpenBattle(row));
        if (row.state === 'voted' || row.state === 'skipped') seen.addBattle(toAnswerPair(row));
      }
      const given: GivenBattles = {
        changes: progress!.changes,
        votes: progress!.votes,
        drawn: rows.length,
        open,
        seen,
      };
      memory.remember(campaign, rater, index, given);
      return given;
    },

    async pairsOf(campaign) {
      const rows = await sql<PairRow[]>`
        select distinct on (least(b.answer_a, b.answer_b), greatest(b.answer_a, b.answer_b))
          b.prompt_id, b.model_a, b.model_b, b.answer_a, b.answer_b
        from battles b
        where b.campaign_id = ${campaign} and b.prompt_id is not null and b.answer_a is not null and b.answer_b is not null
          and ${ofStandingImport(sql, 'b')}`;
      return rows.map(toAnswerPair);
    },

    async answerPlaces(battle) {
      const placeOf = (slot: string) => sql`(
        select json_build_object('number', count(*) filter (where each.seq <= shown.seq), 'of', count(*))
        from answers shown join answers each on each.campaign_id = shown.campaign_id
          and each.prompt_id = shown.prompt_id and each.model_id = shown.model_id
        where shown.id = ${sql(slot)} and ${ofStandingImport(sql, 'each')}
        having count(*) > 1 and bool_or(each.id = shown.id))`;
      const [row] = await sql<BySlot<AnswerPlace | null>[]>`
        select ${placeOf('b.answer_a')} as a, ${placeOf('b.answer_b')} as b from battles b where b.id = ${battle}`;
      return row ?? { a: null, b: null };
    },

    async issueToVoter(basis, battles) {
      const { campaignId, raterId, changes } = basis;
      const isGood = await issues.add(campaignId, { basis, battles });
      if (!isGood) memory.forget(campaignId, raterId);
      else if (battles.length > 0) {
        memory.issued(campaignId, raterId, changes, battles.map(forgetDraw), battles[0]!.drawnAtMs);
      }
      return isGood;
    },

    async sides(battles) {
      const rows = await sql<
        { id: string; prompt_id: string; answer_a: string; answer_b: string; turns: number | null }[]
      >`
        select id, prompt_id, answer_a, answer_b, turns from battles where id = any(${battles as readonly string[] as string[]})
          and prompt_id is not null and answer_a is not null and answer_b is not null`;
      return new Map(
        rows.map((row) => [
          row.id as BattleId,
          {
            promptId: row.prompt_id as PromptId,
            answers: { a: row.answer_a as AnswerId, b: row.answer_b as AnswerId },
            turns: row.turns,
          },
        ]),
      );
    },

    async issueToJudge(battle) {
      await judgeIssues.add(battle.campaignId, battle);
    },

    async skip(battle, rater, reason, note) {
      const [skipped] = await sql<{ campaign_id: string }[]>`
        with skipped as (
          update battles set state = 'skipped', skip_reason = ${reason}, skip_note = ${note}
          where id = ${battle} and rater_id = ${rater} and state in ('issued', 'expired') returning campaign_id, rater_id)
        update voter_progress p set changes = changes + 1 from skipped
        where p.campaign_id = skipped.campaign_id and p.rater_id = skipped.rater_id returning p.campaign_id`;
      if (skipped !== undefined) memory.forget(skipped.campaign_id, rater);
      return skipped !== undefined;
    },

    async expire(nowMs) {
      const rows = await sql`
        update battles set state = 'expired' where state = 'issued' and expires_at < ${new Date(nowMs)} returning id`;
      return rows.length;
    },
  };
}

function toAnswerPair(row: PairRow): AnswerPair {
  return {
    promptId: row.prompt_id as PromptId,
    models: { a: row.model_a as ModelId, b: row.model_b as ModelId },
    answers: { a: row.answer_a as AnswerId, b: row.answer_b as AnswerId },
  };
}

function toOpenBattle(row: GivenRow): OpenBattle {
  return { ...toAnswerPair(row), id: row.id as BattleId, expiresAtMs: row.expires_at.getTime() };
}

/** What stays of a draw once it is stored. */
function forgetDraw({ id, promptId, models, answers, expiresAtMs }: NewVoterBattle): OpenBattle {
  return { id, promptId, models, answers, expiresAtMs };
}

/**
 * One statement for the draws of many voters: each voter's battles are stored where neither the voter nor the content
 * changed since they were drawn. Voters are locked in the order of their ids, as by all who lock several.
 */
async function issueBatch(
  sql: Database['sql'],
  campaignId: string,
  batch: readonly Issue[],
): Promise<boolean[]> {
  // of two draws of one voter, the second was made without knowing of the first
  const first = new Map<string, Issue>();
  for (const issue of batch) if (!first.has(issue.basis.raterId)) first.set(issue.basis.raterId, issue);
  const asked = [...first.values()];
  const battles = asked.flatMap((issue) =>
    issue.battles.map((battle) => ({ ...battle, rater: issue.basis.raterId })),
  );
  const good = await sql<{ rater_id: string }[]>`
    with asked as (
      select * from unnest(${asked.map((issue) => issue.basis.raterId as string)}::uuid[],
        ${asked.map((issue) => issue.basis.changes)}::bigint[], ${asked.map((issue) => issue.basis.contentVersion)}::bigint[],
        ${asked.map((issue) => issue.battles.length)}::int[]) as t(rater_id, changes, content_version, battles)),
    good as materialized (
      select p.rater_id, asked.battles from voter_progress p join asked on asked.rater_id = p.rater_id and asked.changes = p.changes
      join campaigns c on c.id = p.campaign_id and c.content_version = asked.content_version
      where p.campaign_id = ${campaignId} order by p.rater_id for update of p),
    moved as (
      update voter_progress p set changes = p.changes + 1 from good
      where p.campaign_id = ${campaignId} and p.rater_id = good.rater_id and good.battles > 0),
    stored as (
      insert into battles (id, campaign_id, prompt_id, model_a, model_b, answer_a, answer_b, origin, rater_id, state,
        draw_probability, draw_reason, draw_weight, drawn_at, expires_at)
      select b.id, ${campaignId}::uuid, b.prompt_id, b.model_a, b.model_b, b.answer_a, b.answer_b, 'draw', b.rater_id, 'issued',
        b.draw_probability, b.draw_reason, b.draw_weight, b.drawn_at, b.expires_at
      from unnest(${battles.map((battle) => battle.id as string)}::uuid[], ${battles.map((battle) => battle.promptId as string)}::uuid[],
        ${battles.map((battle) => battle.models.a as string)}::uuid[], ${battles.map((battle) => battle.models.b as string)}::uuid[],
        ${battles.map((battle) => battle.answers.a as string)}::uuid[], ${battles.map((battle) => battle.answers.b as string)}::uuid[],
        ${battles.map((battle) => battle.rater as string)}::uuid[], ${battles.map((battle) => battle.drawProbability)}::float8[],
        ${battles.map((battle) => battle.drawReason)}::text[], ${battles.map((battle) => battle.drawWeight)}::float8[],
        ${battles.map((battle) => new Date(battle.drawnAtMs).toISOString())}::timestamptz[],
        ${battles.map((battle) => new Date(battle.expiresAtMs).toISOString())}::timestamptz[])
        as b(id, prompt_id, model_a, model_b, answer_a, answer_b, rater_id, draw_probability, draw_reason, draw_weight, drawn_at, expires_at)
      join good on good.rater_id = b.rater_id)
    select rater_id from good`;
  const raters = new Set(good.map((row) => row.rater_id));
  return batch.map((issue) => first.get(issue.basis.raterId) === issue && raters.has(issue.basis.raterId));
}
