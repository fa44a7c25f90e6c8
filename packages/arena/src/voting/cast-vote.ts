import type { CampaignSettings, CountedVote, Reveal } from '@agon/contract';
import { ArenaError, type BattleId, type BySlot, type Outcome, type VoteId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { refuseUnlessOpen, requireCampaignById } from '../campaigns/require-campaign.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { StoredVote } from '../ports/vote-store.ts';
import { voterRule } from './draw-rule.ts';
import { identifyVoter } from './identify-voter.ts';
import { pairIndexOf } from './pair-index.ts';
import { isWelcome, refuseUnlessWelcome } from './refuse-unless-welcome.ts';
import { readTicket, refuseExpired } from './ticket.ts';
import { voterProgress } from './voter-progress.ts';

export type CastVote = {
  readonly actor: Actor;
  readonly battle: string;
  readonly ticket: string;
  readonly outcome: Outcome;
  readonly idempotencyKey: string;
  readonly shownMs: number | null;
  /** Of the client. */
  readonly address: string;
};

/**
 * Counts a vote. Resolves after the commit, never before.
 * The same request again (same idempotency key) gets the same answer; another vote on the battle is refused.
 * @throws ArenaError not_signed_in, ticket_invalid, ticket_expired, campaign_not_open, already_voted, rate_limited
 */
export async function castVote(
  command: CastVote,
  deps: Pick<
    Ports,
    | 'campaigns'
    | 'raters'
    | 'content'
    | 'battles'
    | 'votes'
    | 'tickets'
    | 'completionCodes'
    | 'clock'
    | 'ids'
    | 'feed'
    | 'voterAddresses'
    | 'addressLimits'
  >,
): Promise<CountedVote> {
  const raterId = await identifyVoter(command.actor, deps);
  const ticket = readTicket(command.ticket, { battleId: command.battle, raterId }, deps.tickets);
  const campaign = await requireCampaignById(ticket.campaignId, deps);
  refuseUnlessOffered(command.outcome, campaign.settings);
  const nowMs = deps.clock.now();
  const from = deps.voterAddresses.hash(campaign.id, command.address);
  const { votes_per_minute: most } = campaign.settings;
  if (most !== null && command.actor.role !== 'system') deps.addressLimits.take(from, most);
  const vote = {
    id: deps.ids.next() as VoteId,
    campaignId: campaign.id,
    battleId: ticket.battleId as BattleId,
    raterId,
    outcome: command.outcome,
    idempotencyKey: command.idempotencyKey,
    shownMs: command.shownMs,
    atMs: nowMs,
  };
  // A replay of a counted vote is answered even after the campaign closed, its rules changed or the ticket ran out.
  const late = campaign.state !== 'open' || nowMs > ticket.expiresAtMs || !isWelcome(campaign, command.actor);
  if (late) {
    const counted = await deps.votes.findByKey(raterId, command.idempotencyKey);
    if (counted === null || counted.battleId !== ticket.battleId) {
      refuseUnlessOpen(campaign);
      refuseExpired(ticket, nowMs);
      refuseUnlessWelcome(campaign, command.actor);
    }
  }
  await deps.voterAddresses.note(campaign.id, raterId, from, nowMs);
  const result = await deps.votes.append(vote);
  if (result.kind === 'unknown_battle') {
    throw new ArenaError('not_found', 'This battle does not exist.', { hint: 'Go on with the next battle.' });
  }
  if (result.kind === 'conflict') {
    throw new ArenaError('already_voted', 'You have voted on this battle; that vote is counted.', {
      hint: 'To change it, undo it within the grace period.',
    });
  }
  if (result.kind === 'appended') deps.feed.changed(campaign.id);
  const { settings } = campaign;
  return {
    vote: {
      id: result.vote.id,
      battle: result.vote.battleId,
      outcome: result.vote.outcome,
      at: new Date(result.vote.atMs).toISOString(),
      undo_until: new Date(result.vote.atMs + settings.undo_grace_s * 1000).toISOString(),
    },
    reveal: settings.reveal ? await reveal(result.vote, result.models, campaign, deps) : null,
    progress: voterProgress(result.votesOfRater, campaign, raterId, deps),
  };
}

/** What a voter learns once the vote is counted. */
async function reveal(
  { battleId, raterId }: StoredVote,
  models: BySlot<string>,
  { id, settings }: CampaignRecord,
  deps: Pick<Ports, 'content' | 'battles' | 'votes'>,
): Promise<Reveal> {
  // most campaigns have one answer of each model to a prompt: then nothing is looked up
  const { hasSeveral } = pairIndexOf(await deps.content.lastDrawable(id), voterRule(settings));
  return {
    models: { ...models },
    answers: hasSeveral ? { ...(await deps.battles.answerPlaces(battleId)) } : { a: null, b: null },
    others: settings.show_others ? await deps.votes.othersOn(battleId, raterId) : null,
  };
}

/** A campaign may leave ties out. @throws ArenaError('invalid_request') */
function refuseUnlessOffered(outcome: Outcome, settings: CampaignSettings): void {
  const refused =
    (outcome === 'tie' && !settings.offer_tie) || (outcome === 'both_bad' && !settings.offer_both_bad);
  if (!refused) return;
  throw new ArenaError('invalid_request', `This campaign does not take "${outcome}".`, {
    hint: 'Choose one of the two answers, or skip the battle.',
    at: { column: 'outcome', value: outcome },
  });
}
