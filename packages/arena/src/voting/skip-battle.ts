import type { SKIP_REASONS, VoterProgress } from '@agon/contract';
import { ArenaError, type BattleId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignById } from '../campaigns/require-campaign.ts';
import type { Ports } from '../ports/ports.ts';
import { identifyVoter } from './identify-voter.ts';
import { readTicket } from './ticket.ts';
import { voterProgress } from './voter-progress.ts';

export type SkipBattle = {
  readonly actor: Actor;
  readonly battle: string;
  readonly ticket: string;
  readonly reason: (typeof SKIP_REASONS)[number];
  readonly note: string;
};

/** A battle that the voter cannot or will not judge: kept with its reason, never counted as a tie. */
export async function skipBattle(
  command: SkipBattle,
  deps: Pick<Ports, 'campaigns' | 'raters' | 'votes' | 'battles' | 'tickets' | 'completionCodes'>,
): Promise<{ progress: VoterProgress }> {
  const raterId = await identifyVoter(command.actor, deps);
  const ticket = readTicket(command.ticket, { battleId: command.battle, raterId }, deps.tickets);
  const campaign = await requireCampaignById(ticket.campaignId, deps);
  const skipped = await deps.battles.skip(ticket.battleId as BattleId, raterId, command.reason, command.note);
  if (!skipped) {
    throw new ArenaError('already_voted', 'This battle is not open any more.', {
      hint: 'Go on with the next battle.',
    });
  }
  return { progress: voterProgress(await deps.votes.countOf(raterId, campaign.id), campaign, raterId, deps) };
}
