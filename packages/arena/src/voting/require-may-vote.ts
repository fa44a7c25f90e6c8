import { ArenaError } from '@agon/domain';
import type { Actor } from '../actor.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';

/**
 * Whether the campaign takes votes from this actor: from anybody, or from people with an account only. Who is invited is
 * asked when they agree to the terms.
 */
export function mayVote(campaign: CampaignRecord, actor: Actor): boolean {
  return campaign.settings.who !== 'signed_in' || (actor.userId !== null && actor.anonymous !== true);
}

/** @throws ArenaError('not_signed_in') where the campaign wants an account and the actor has none */
export function requireMayVote(campaign: CampaignRecord, actor: Actor): void {
  if (mayVote(campaign, actor)) return;
  throw new ArenaError('not_signed_in', `"${campaign.title}" takes votes from people with an account.`, {
    hint: 'Sign in, or make an account, then come back to this campaign.',
  });
}
