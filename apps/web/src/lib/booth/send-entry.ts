import type { Client } from '@agon/client';
import type { BodyOf } from '@agon/contract';
import type { OutboxEntry, Step } from './outbox-entry.ts';
import type { StepReply } from './outbox-queue.ts';

/** Makes the call that a step stands for. @throws ArenaError as the client does */
export async function sendEntry(api: Client, entry: OutboxEntry, step: Step): Promise<StepReply> {
  if (entry.kind === 'skip') {
    return api('skipBattle', {
      params: { battle: entry.battle },
      body: {
        ticket: entry.ticket,
        reason: entry.reason as BodyOf<'skipBattle'>['reason'],
        note: entry.note,
      },
    });
  }
  if (step === 'cast') {
    const counted = await api('castVote', {
      params: { battle: entry.battle },
      body: {
        ticket: entry.ticket,
        outcome: entry.outcome,
        idempotency_key: entry.key,
        shown_ms: entry.shownMs,
      },
    });
    return { counted };
  }
  const params = { vote: entry.vote ?? '' };
  if (step === 'take_back') return api('undoVote', { params });
  const { tags, note } = entry.annotation ?? { tags: { a: [], b: [] }, note: '' };
  await api('annotateVote', { params, body: { tags: { a: [...tags.a], b: [...tags.b] }, note } });
  return {};
}
