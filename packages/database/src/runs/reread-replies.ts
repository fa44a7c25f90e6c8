import type { ModelReply, Read, RunRecord, StoredReply } from '@agon/arena';
import type { RunId } from '@agon/domain';
import type { TransactionSql } from 'postgres';
import type { Database } from '../connect.ts';
import { IS_PROBE } from './count-calls.ts';
import { SCORES_PARSER } from './derive-verdicts.ts';
import { insertReadings, type StoredReading } from './insert-readings.ts';

type ReplyRow = {
  call_id: number;
  reply_id: number;
  target: string;
  slot_order: string;
  repeat: number;
  label: string;
  texts: string[];
  reasoning: string | null;
  finish_reason: string | null;
  logprobs: ModelReply['logprobs'];
  at: Date;
};

/** Replies from before requests were hashed are left out: what their parser needs to know was not kept. */
export async function readReplies(
  sql: Database['sql'],
  id: RunId,
  after: number,
  limit: number,
  label?: string,
): Promise<readonly StoredReply[]> {
  const rows = await sql<ReplyRow[]>`
    select c.id as call_id, r.id as reply_id, c.target, c.slot_order, c.repeat, c.result as label, r.texts, r.reasoning,
      r.finish_reason, r.logprobs, r.at
    from calls c join replies r on r.id = c.reply_id
    where c.run_id = ${id} and c.state = 'done' and r.request_hash is not null and r.id > ${after}
      and ${label === undefined ? sql`true` : sql`c.result = ${label} and not ${sql.unsafe(IS_PROBE)}`} order by r.id limit ${limit}`;
  return rows.map((row) => ({
    callId: row.call_id,
    replyId: row.reply_id,
    target: row.target,
    order: row.slot_order,
    repeat: row.repeat,
    label: row.label,
    atMs: row.at.getTime(),
    reply: {
      texts: row.texts,
      reasoning: row.reasoning,
      finishReason: row.finish_reason,
      logprobs: row.logprobs,
    },
  }));
}

/** Readings that say what they said before get the new parser's name alone. */
export async function replaceReadings(
  tx: TransactionSql,
  run: RunRecord,
  parser: string,
  readings: readonly { readonly stored: StoredReply; readonly read: Read }[],
): Promise<void> {
  const read = readings.map(({ stored }) => stored.replyId);
  await tx`update verdicts set parser = ${parser} where reply_id = any(${read}::bigint[])`;
  await tx`update answer_scores set parser = ${parser} where reply_id = any(${read}::bigint[])`;
  const changed = readings.filter(({ stored, read }) => stored.label !== read.label);
  if (changed.length === 0) return;
  const replyIds = changed.map(({ stored }) => stored.replyId);
  await tx`
    update calls c set result = r.label
    from unnest(${changed.map(({ stored }) => stored.callId)}::bigint[], ${changed.map(({ read }) => read.label)}::text[])
      as r(id, label) where c.id = r.id`;
  await tx`delete from verdicts where reply_id = any(${replyIds}::bigint[])`;
  // they follow from scores anew
  await tx`delete from verdicts where run_id = ${run.id} and parser = ${SCORES_PARSER} and exists (
    select 1 from answer_scores where reply_id = any(${replyIds}::bigint[]))`;
  await tx`delete from answer_scores where reply_id = any(${replyIds}::bigint[])`;
  const stored: StoredReading[] = changed.flatMap(
    ({ stored: { replyId, atMs, target, order, repeat }, read }) =>
      read.reading === null
        ? []
        : [{ reading: read.reading, call: { target, order, repeat }, replyId, atMs }],
  );
  await insertReadings(tx, run, parser, stored);
  // boards that hold the rows of before read them anew
  await tx`update campaigns set readings_version = readings_version + 1 where id = ${run.campaignId}`;
}
