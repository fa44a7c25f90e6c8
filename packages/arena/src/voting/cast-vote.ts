import type { CampaignSettings, CountedVote } from '@agon/contract';
import { ArenaError, type BattleId, type Outcome, type VoteId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { refuseUnlessOpen, requireCampaignById } from '../campaigns/require-campaign.ts';
import type { Ports } from '../ports/ports.ts';
import { identifyVoter } from './identify-voter.ts';
import { mayVote, requireMayVote } from './require-may-vote.ts';
import { namesOf, revealsAtOnce } from './reveal.ts';
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
 * Counts a vote. Resolves after the commit, never before. The voter's vote before it becomes final, and its names are
 * told; its own are told later, unless the campaign says so.
 * The same request again (same idempotency key) gets the same answer; another vote on the battle is refused.
 * @throws ArenaError not_signed_in, ticket_invalid, ticket_expired, campaign_not_open, already_voted, rate_limited;
 * invalid_request where the campaign does not take the outcome, or the battle was on screen for too short
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
    revealed: revealsAtOnce(campaign.settings),
    atMs: nowMs,
  };
  // A replay of a counted vote is answered even after the campaign closed, its rules changed or the ticket ran out.
  const late = campaign.state !== 'open' || nowMs > ticket.expiresAtMs || !mayVote(campaign, command.actor);
  if (late || isTooSoon(command.shownMs, campaign.settings)) {
    const counted = await deps.votes.findByKey(raterId, command.idempotencyKey);
    if (counted === null || counted.battleId !== ticket.battleId) {
      refuseUnlessOpen(campaign);
      refuseExpired(ticket, nowMs);
      requireMayVote(campaign, command.actor);
      refuseTooSoon(command.shownMs, campaign.settings);
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
  const isToldNow = settings.reveal && result.vote.revealed;
  // what was told with its own reply is not told again
  const before = settings.reveal && !vote.revealed ? result.before : null;
  return {
    vote: {
      id: result.vote.id,
      battle: result.vote.battleId,
      outcome: result.vote.outcome,
      at: new Date(result.vote.atMs).toISOString(),
      undo_until: new Date(result.vote.atMs + settings.undo_grace_s * 1000).toISOString(),
    },
    reveal: isToldNow ? await namesOf(result.vote, result.models, campaign, deps) : null,
    before:
      before === null
        ? null
        : {
            vote: before.id,
            reveal: await namesOf({ battleId: before.battleId, raterId }, before.models, campaign, deps),
          },
    progress: voterProgress(result.votesOfRater, campaign, raterId, deps),
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

/** By what the page measured: battles are drawn ahead, so the time since the draw says nothing of when one was seen. */
function isTooSoon(shownMs: number | null, { min_dwell_ms }: CampaignSettings): boolean {
  return shownMs !== null && shownMs < min_dwell_ms;
}

/** @throws ArenaError('invalid_request') */
function refuseTooSoon(shownMs: number | null, settings: CampaignSettings): void {
  if (!isTooSoon(shownMs, settings)) return;
  throw new ArenaError('invalid_request', 'The battle was on screen for too short to be read.', {
    hint: `Vote once it was shown for ${settings.min_dwell_ms} ms.`,
    at: { column: 'shown_ms', value: String(shownMs) },
  });
}
