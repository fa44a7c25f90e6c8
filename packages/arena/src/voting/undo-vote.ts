import type { VoterProgress } from '@agon/contract';
import { ArenaError, type VoteId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignById } from '../campaigns/require-campaign.ts';
import type { Ports } from '../ports/ports.ts';
import { identifyVoter } from './identify-voter.ts';
import { voterProgress } from './voter-progress.ts';

export type UndoVote = { readonly actor: Actor; readonly vote: string };

/**
 * Takes the last vote back within the grace period: one before it is final, as its names were told. The vote stays in the
 * chain; a revision says that it does not count.
 */
export async function undoVote(
  command: UndoVote,
  deps: Pick<Ports, 'campaigns' | 'raters' | 'votes' | 'completionCodes' | 'clock' | 'feed'>,
): Promise<{ battle: string; progress: VoterProgress }> {
  const raterId = await identifyVoter(command.actor, deps);
  const vote = await deps.votes.find(command.vote as VoteId);
  if (vote === null || vote.raterId !== raterId) {
    throw new ArenaError('not_found', 'You have no such vote.', {
      hint: 'Only your own votes can be undone.',
    });
  }
  const campaign = await requireCampaignById(vote.campaignId, deps);
  const nowMs = deps.clock.now();
  if (!vote.undone) {
    const isInTime = campaign.state === 'open' && nowMs <= vote.atMs + campaign.settings.undo_grace_s * 1000;
    if (!isInTime || !(await deps.votes.undo(vote.id, nowMs))) {
      throw new ArenaError('undo_expired', 'This vote can no longer be undone.', {
        hint: `A vote can be undone for ${campaign.settings.undo_grace_s} seconds, and only until the next one.`,
      });
    }
    deps.feed.changed(campaign.id);
  }
  return {
    battle: vote.battleId,
    progress: voterProgress(await deps.votes.countOf(raterId, campaign.id), campaign, raterId, deps),
  };
}
