import { type BattleStore, type GivenBattle, type NewBattle, promptPairKey } from '@agon/arena';
import type { AnswerId, BattleId, ModelId, PromptId } from '@agon/domain';
import type { Database } from './connect.ts';
import { GroupCommit } from './group-commit.ts';

type GivenRow = {
  id: string;
  prompt_id: string;
  model_a: string;
  model_b: string;
  answer_a: string;
  answer_b: string;
  state: GivenBattle['state'];
  expires_at: Date;
};

export function createBattleStore({ sql }: Database): BattleStore {
  const issues = new GroupCommit<NewBattle, null>(async (campaignId, battles) => {
    const rows = battles.map((battle) => ({
      id: battle.id,
      campaign_id: campaignId,
      prompt_id: battle.promptId,
      model_a: battle.models.a,
      model_b: battle.models.b,
      answer_a: battle.answers.a,
      answer_b: battle.answers.b,
      origin: battle.raterId === null ? 'judge' : 'draw',
      rater_id: battle.raterId,
      state: battle.raterId === null ? 'kept' : 'issued',
      draw_probability: battle.drawProbability,
      draw_reason: battle.drawReason,
      drawn_at: new Date(battle.drawnAtMs),
      expires_at: battle.expiresAtMs === null ? null : new Date(battle.expiresAtMs),
    }));
    await sql`insert into battles ${sql(rows)}`;
    return battles.map(() => null);
  });
  return {
    async givenTo(campaign, rater) {
      const rows = await sql<GivenRow[]>`
        select id, prompt_id, model_a, model_b, answer_a, answer_b, state, expires_at from battles
        where campaign_id = ${campaign} and rater_id = ${rater} and origin = 'draw' order by id`;
      return rows.map((row) => ({
        id: row.id as BattleId,
        promptId: row.prompt_id as PromptId,
        models: { a: row.model_a as ModelId, b: row.model_b as ModelId },
        answers: { a: row.answer_a as AnswerId, b: row.answer_b as AnswerId },
        state: row.state,
        expiresAtMs: row.expires_at.getTime(),
      }));
    },

    async pairsOf(campaign) {
      const rows = await sql<{ prompt_id: string; model_a: string; model_b: string }[]>`
        select distinct prompt_id, model_a, model_b from battles
        where campaign_id = ${campaign} and prompt_id is not null and answer_a is not null and answer_b is not null`;
      return rows.map((row) => promptPairKey(row.prompt_id, row.model_a, row.model_b));
    },

    async issue(battle) {
      await issues.add(battle.campaignId, battle);
    },

    async skip(battle, rater, reason, note) {
      const rows = await sql`
        update battles set state = 'skipped', skip_reason = ${reason}, skip_note = ${note}
        where id = ${battle} and rater_id = ${rater} and state in ('issued', 'expired') returning id`;
      return rows.length > 0;
    },

    async expire(nowMs) {
      const rows = await sql`
        update battles set state = 'expired' where state = 'issued' and expires_at < ${new Date(nowMs)} returning id`;
      return rows.length;
    },
  };
}
