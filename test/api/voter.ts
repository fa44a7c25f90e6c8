import type { BlindBattle, CountedVote, DrawnBattles } from '@agon/contract';
import type { Outcome } from '@agon/domain';
import type { Visitor } from './visitor.ts';

let keys = 0;
/** Never the same twice in a test run. */
export function nextKey(): string {
  keys += 1;
  return `test-key-${keys}`;
}

export async function consentTo(visitor: Visitor, campaign: string): Promise<void> {
  await visitor.call('giveConsent', { params: { campaign }, body: { version: 1, language: 'en' } });
}

export function draw(
  visitor: Visitor,
  campaign: string,
  count = 1,
  holding: string[] = [],
): Promise<DrawnBattles> {
  return visitor.call('drawBattles', { params: { campaign }, body: { count, holding } });
}

export async function drawOne(visitor: Visitor, campaign: string): Promise<BlindBattle> {
  const { battles } = await draw(visitor, campaign);
  if (battles[0] === undefined) throw new Error('nothing was drawn');
  return battles[0];
}

export function vote(
  visitor: Visitor,
  battle: BlindBattle,
  outcome: Outcome,
  idempotencyKey = nextKey(),
): Promise<CountedVote> {
  return visitor.call('castVote', {
    params: { battle: battle.id },
    body: { ticket: battle.ticket, outcome, idempotency_key: idempotencyKey },
  });
}
