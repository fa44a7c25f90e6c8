import { createHash } from 'node:crypto';
import { findOwnName, type NewCall, type Reading, type RunRecord } from '@agon/arena';
import { isBlank } from '@agon/domain';
import type { TransactionSql } from 'postgres';
import { ofStandingImport } from '../standing-rows.ts';
import { deriveVerdicts } from './derive-verdicts.ts';

export type StoredReading = {
  readonly reading: Reading;
  readonly call: NewCall;
  /** Null: it is about the lack of a reply. */
  readonly replyId: number | null;
  readonly atMs: number;
};

type Of<Type extends Reading['type']> = StoredReading & {
  readonly reading: Extract<Reading, { type: Type }>;
};

/** Puts readings where boards and voters find them. */
export async function insertReadings(
  tx: TransactionSql,
  run: RunRecord,
  parser: string,
  readings: readonly StoredReading[],
): Promise<void> {
  const ofType = <Type extends Reading['type']>(type: Type) =>
    readings.filter((each): each is Of<Type> => each.reading.type === type);
  await insertVerdicts(tx, run, parser, ofType('verdict'));
  await insertScores(tx, run, parser, ofType('scores'));
  await insertAnswers(tx, run, ofType('answer'));
  for (const { reading, atMs } of ofType('capability')) {
    const found = tx.json(reading.found as never);
    // findings lie one level deeper, and those of other probes stay
    await tx`update providers set checked_at = ${new Date(atMs)}, capabilities = coalesce(capabilities, '{}'::jsonb) || ${found}
        || jsonb_strip_nulls(jsonb_build_object(
          'features', nullif(coalesce(capabilities->'features', '{}') || coalesce(${found}->'features', '{}'), '{}'),
          'seeds', nullif(coalesce(capabilities->'seeds', '{}') || coalesce(${found}->'seeds', '{}'), '{}')))
      where id = ${run.providerId}`;
  }
}

/** A verdict that is scored takes the place of an unscored one of before, and no other. */
async function insertVerdicts(
  tx: TransactionSql,
  run: RunRecord,
  parser: string,
  verdicts: readonly Of<'verdict'>[],
): Promise<void> {
  if (verdicts.length === 0) return;
  await tx`
    insert into verdicts (id, campaign_id, battle_id, judge_id, run_id, model, slot_order, repeat, outcome, share_a, unscored,
      reply_id, parser, at)
    select gen_random_uuid(), ${run.campaignId}, r.battle, r.judge, ${run.id}, ${run.model}, r.slot_order, r.repeat, r.outcome,
      r.share_a, r.unscored, r.reply, case when r.reply is null then null else ${parser} end, r.at
    from unnest(${verdicts.map(({ reading }) => reading.battleId)}::uuid[],
      ${verdicts.map(({ reading }) => reading.judgeId)}::uuid[], ${verdicts.map(({ call }) => call.order)}::text[],
      ${verdicts.map(({ call }) => call.repeat)}::int[], ${verdicts.map(({ reading }) => reading.outcome)}::text[],
      ${verdicts.map(({ reading }) => reading.shareA)}::float8[], ${verdicts.map(({ reading }) => reading.unscored)}::text[], ${verdicts.map(({ replyId }) => replyId)}::bigint[],
      ${verdicts.map(({ atMs }) => new Date(atMs).toISOString())}::timestamptz[])
      as r(battle, judge, slot_order, repeat, outcome, share_a, unscored, reply, at)
    on conflict (judge_id, model, battle_id, slot_order, repeat) where import_id is null do update set
      id = excluded.id, seq = excluded.seq, run_id = excluded.run_id, outcome = excluded.outcome, share_a = excluded.share_a,
      unscored = excluded.unscored,
      reply_id = excluded.reply_id, parser = excluded.parser, at = excluded.at
    where verdicts.outcome is null`;
}

/** A score takes the place of a lack of one, and no other. Verdicts of battles follow in the same transaction. */
async function insertScores(
  tx: TransactionSql,
  run: RunRecord,
  parser: string,
  scores: readonly Of<'scores'>[],
): Promise<void> {
  if (scores.length === 0) return;
  const rows = scores.flatMap(
    ({ reading: { judgeId, part, order, unscored, answers }, call, replyId, atMs }) =>
      answers.map(({ answerId, value }) => ({
        answer_id: answerId,
        judge_id: judgeId,
        part,
        slot_order: order,
        repeat: call.repeat,
        value,
        unscored: value === null ? (unscored ?? 'unparseable') : null,
        reply_id: replyId,
        at: new Date(atMs).toISOString(),
      })),
  );
  await tx`
    insert into answer_scores (id, campaign_id, answer_id, judge_id, run_id, reply_id, parser, model, slot_order, part, repeat,
      value, unscored, at)
    select gen_random_uuid(), ${run.campaignId}, answer_id, judge_id, ${run.id}, reply_id, ${parser}, ${run.model}, slot_order,
      part, repeat, value, unscored, at
    from jsonb_to_recordset(${tx.json(rows as never)}) as r(answer_id uuid, judge_id uuid, part text, slot_order text, repeat int,
      value float8, unscored text, reply_id bigint, at timestamptz)
    on conflict (judge_id, model, answer_id, campaign_id, slot_order, part, repeat) do update set
      run_id = excluded.run_id, reply_id = excluded.reply_id, parser = excluded.parser, value = excluded.value,
      unscored = excluded.unscored, at = excluded.at
    where answer_scores.value is null`;
  await deriveVerdicts(tx, run, [...new Set(rows.map((row) => row.answer_id))]);
}

/** An answer is its text and what it was asked under: the same again adds nothing. */
async function insertAnswers(
  tx: TransactionSql,
  run: RunRecord,
  answers: readonly Of<'answer'>[],
): Promise<void> {
  if (answers.length === 0) return;
  const models = await tx<{ id: string; name: string; aliases: string[] }[]>`
    select id, name, aliases from models where id = any(${answers.map(({ reading }) => reading.modelId as string)})`;
  const prompts = await tx<{ id: string; turns: string[] }[]>`
    select id, turns from prompts where id = any(${answers.map(({ reading }) => reading.promptId as string)})`;
  const { settingsHash } = run.config as { settingsHash?: string };
  const settings = settingsHash === undefined ? '' : `:${settingsHash}`;
  const modelOf = new Map(models.map((row) => [row.id, row]));
  const askedOf = new Map(prompts.map((row) => [row.id, row.turns.join('\n')]));
  const rows = answers.map(({ reading: { promptId, modelId, turns }, replyId }) => {
    const model = modelOf.get(modelId)!;
    const spans = turns.map((turn) => findOwnName(turn, model, askedOf.get(promptId) ?? ''));
    const text = turns.map((turn) => turn.replaceAll('\0', '\u{fffd}'));
    return {
      prompt_id: promptId,
      model_id: modelId,
      turns: text,
      content_hash: createHash('sha256').update(JSON.stringify(text)).digest('hex') + settings,
      blank: text.every(isBlank),
      self_naming: spans.some((turn) => turn.length > 0) ? spans : null,
      reply_id: replyId,
    };
  });
  await tx`
    insert into answers (id, campaign_id, prompt_id, model_id, turns, content_hash, blank, self_naming, reply_id)
    select gen_random_uuid(), ${run.campaignId}, prompt_id, model_id, turns, content_hash, blank, self_naming, reply_id
    from (
      select distinct on (prompt_id, model_id, content_hash) * from jsonb_to_recordset(${tx.json(rows as never)})
        as r(prompt_id uuid, model_id uuid, turns jsonb, content_hash text, blank boolean, self_naming jsonb, reply_id bigint)
      order by prompt_id, model_id, content_hash, reply_id) said
    on conflict (campaign_id, prompt_id, model_id, content_hash) do update set import_id = null, reply_id = excluded.reply_id
    where not ${ofStandingImport(tx, 'answers')}`;
}
