import type { RunRecord, Settled } from '@agon/arena';
import type { TransactionSql } from 'postgres';
import { insertReadings, type StoredReading } from './insert-readings.ts';

type Replied = Extract<Settled, { kind: 'reply' }>;
type Unasked = Extract<Settled, { kind: 'unasked' }>;
type Failed = Extract<Settled, { kind: 'failed' }>;

/** Stores replies, the ends of their calls and what was read, by one statement each. */
export async function settleCalls(
  tx: TransactionSql,
  run: RunRecord,
  parser: string,
  settled: readonly Settled[],
): Promise<void> {
  const replied = settled.filter((each): each is Replied => each.kind === 'reply');
  const failed = settled.filter((each): each is Failed => each.kind === 'failed');
  const unasked = settled.filter((each): each is Unasked => each.kind === 'unasked');
  const readings: StoredReading[] = [];
  if (replied.length > 0) {
    await insertEarlier(tx, run, replied);
    const replies = await insertReplies(tx, run, replied);
    const fresh = await tx<{ id: number }[]>`
      update calls c set state = 'done', leased_until = null, not_before = null, result = r.label, reply_id = r.reply
      from unnest(${replied.map(({ call }) => call.id)}::bigint[], ${replied.map(({ read }) => read.label)}::text[],
        ${replied.map(({ call }) => replies.get(call.id)!)}::bigint[]) as r(id, label, reply)
      where c.id = r.id and c.state <> 'done' returning c.id`;
    const isFresh = new Set(fresh.map((row) => row.id));
    for (const { call, read, atMs } of replied) {
      if (!isFresh.has(call.id) || read.reading === null) continue;
      readings.push({ reading: read.reading, call, replyId: replies.get(call.id)!, atMs });
    }
  }
  if (failed.length > 0) {
    const fresh = await tx<{ id: number }[]>`
      update calls c set state = 'failed', leased_until = null, not_before = null, fault = r.fault, fault_message = r.message,
        fault_at = r.at, result = r.label
      from unnest(${failed.map(({ call }) => call.id)}::bigint[], ${failed.map(({ call }) => call.attempts)}::int[],
        ${failed.map(({ fault }) => fault.reason)}::text[], ${failed.map(({ fault }) => fault.message)}::text[],
        ${failed.map(({ read }) => read.label)}::text[], ${failed.map(({ atMs }) => new Date(atMs).toISOString())}::timestamptz[])
        as r(id, attempts, fault, message, label, at)
      where c.id = r.id and c.attempts = r.attempts and c.state = 'leased' returning c.id`;
    const isFresh = new Set(fresh.map((row) => row.id));
    for (const { call, read, atMs } of failed) {
      if (isFresh.has(call.id) && read.reading !== null)
        readings.push({ reading: read.reading, call, replyId: null, atMs });
    }
  }
  if (unasked.length > 0) {
    const fresh = await tx<{ id: number }[]>`
      update calls c set state = 'done', leased_until = null, not_before = null, result = r.label
      from unnest(${unasked.map(({ call }) => call.id)}::bigint[], ${unasked.map(({ read }) => read.label)}::text[])
        as r(id, label) where c.id = r.id and c.state <> 'done' returning c.id`;
    const isFresh = new Set(fresh.map((row) => row.id));
    for (const { call, read, atMs } of unasked) {
      if (isFresh.has(call.id) && read.reading !== null)
        readings.push({ reading: read.reading, call, replyId: null, atMs });
    }
  }
  await insertReadings(tx, run, parser, readings);
  await returnCalls(
    tx,
    settled.filter((each) => each.kind === 'again'),
  );
}

/** Replies that could not be read, before those that were asked for in their place. */
async function insertEarlier(tx: TransactionSql, run: RunRecord, replied: readonly Replied[]): Promise<void> {
  const earlier = replied.flatMap((each) =>
    each.earlier === undefined ? [] : [{ ...each, reply: each.earlier }],
  );
  if (earlier.length === 0) return;
  await insertReplies(tx, run, earlier);
  await tx`update calls set retried = retried + 1 where id = any(${earlier.map(({ call }) => call.id)}::bigint[])`;
}

/** @returns the reply's id by the id of its call */
async function insertReplies(
  tx: TransactionSql,
  run: RunRecord,
  replied: readonly Replied[],
): Promise<ReadonlyMap<number, number>> {
  const rows = replied.map(({ call, reply, atMs }) => ({
    call_id: call.id,
    request_hash: reply.requestHash,
    texts: reply.texts.map(withoutNul),
    reasoning: reply.reasoning === null ? null : withoutNul(reply.reasoning),
    finish_reason: reply.finishReason,
    logprobs: reply.logprobs,
    prompt_tokens: reply.promptTokens,
    cached_tokens: reply.cachedTokens,
    completion_tokens: reply.completionTokens,
    reasoning_tokens: reply.reasoningTokens ?? null,
    cost_usd: reply.costUsd,
    cost_estimated: reply.costEstimated ?? false,
    latency_ms: reply.latencyMs === null ? null : Math.round(reply.latencyMs),
    model: reply.model,
    fingerprint: reply.fingerprint,
    at: new Date(atMs).toISOString(),
  }));
  const stored = await tx<{ id: number; call_id: number }[]>`
    insert into replies (run_id, call_id, request_hash, texts, reasoning, finish_reason, logprobs, prompt_tokens, cached_tokens,
      completion_tokens, reasoning_tokens, cost_usd, cost_estimated, latency_ms, model, fingerprint, at)
    select ${run.id}, call_id, request_hash, texts, reasoning, finish_reason, logprobs, prompt_tokens, cached_tokens,
      completion_tokens, reasoning_tokens, cost_usd, cost_estimated, latency_ms, model, fingerprint, at
    from jsonb_to_recordset(${tx.json(rows as never)}) as r(call_id bigint, request_hash text, texts text[], reasoning text,
      finish_reason text, logprobs jsonb, prompt_tokens int, cached_tokens int, completion_tokens int, reasoning_tokens int, cost_usd float8,
      cost_estimated boolean,      latency_ms int, model text, fingerprint text, at timestamptz)
    returning id, call_id`;
  return new Map(stored.map((row) => [row.call_id, row.id]));
}

async function returnCalls(
  tx: TransactionSql,
  returned: readonly Extract<Settled, { kind: 'again' }>[],
): Promise<void> {
  if (returned.length === 0) return;
  await tx`
    update calls c set state = 'pending', leased_until = null, not_before = r.not_before,
      fault = coalesce(r.fault, c.fault), fault_message = coalesce(r.message, c.fault_message),
      fault_at = case when r.fault is null then c.fault_at else r.at end,
      retried = c.retried + (r.fault is not null)::int,
      faults = c.faults + (r.fault is not null and r.fault <> 'rate_limited')::int
    from unnest(${returned.map(({ call }) => call.id)}::bigint[], ${returned.map(({ call }) => call.attempts)}::int[],
      ${returned.map(({ notBeforeMs }) => new Date(notBeforeMs).toISOString())}::timestamptz[],
      ${returned.map(({ fault }) => fault?.reason ?? null)}::text[],
      ${returned.map(({ fault }) => fault?.message ?? null)}::text[],
      ${returned.map(({ atMs }) => new Date(atMs).toISOString())}::timestamptz[]) as r(id, attempts, not_before, fault, message, at)
    where c.id = r.id and c.attempts = r.attempts and c.state = 'leased'`;
}

/** PostgreSQL has no NUL in texts; a model can say one. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{fffd}');
}
