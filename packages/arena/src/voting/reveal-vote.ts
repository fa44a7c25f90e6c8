import type { Reveal } from '@agon/contract';
import { ArenaError, type VoteId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignById } from '../campaigns/require-campaign.ts';
import type { Ports } from '../ports/ports.ts';
import { identifyVoter } from './identify-voter.ts';
import { namesOf } from './reveal.ts';

export type RevealVote = { readonly actor: Actor; readonly vote: string };

/**
 * The names behind one's own vote, once it can no longer be undone; asking for them makes that certain, whatever the
 * clocks of other processes say.
 * @returns null while the vote can be changed, and where the campaign tells nobody
 */
export async function revealVote(
  command: RevealVote,
  deps: Pick<Ports, 'campaigns' | 'raters' | 'content' | 'battles' | 'votes' | 'clock'>,
): Promise<{ reveal: Reveal | null }> {
  const raterId = await identifyVoter(command.actor, deps);
  const found = await deps.votes.find(command.vote as VoteId);
  if (found === null || found.raterId !== raterId) {
    throw new ArenaError('not_found', 'You have no such vote.', {
      hint: 'Only the names behind your own votes are told.',
    });
  }
  const campaign = await requireCampaignById(found.campaignId, deps);
  const { reveal, undo_grace_s } = campaign.settings;
  const isInTime = deps.clock.now() <= found.atMs + undo_grace_s * 1000;
  if (!reveal || found.undone || (found.canUndo && isInTime && !found.revealed)) return { reveal: null };
  // an undo or a recast may have come in between
  const vote = found.canUndo && !found.revealed ? await deps.votes.settle(found.id) : found;
  if (vote === null || vote.undone || vote.atMs !== found.atMs) return { reveal: null };
  const models = await deps.votes.modelsOf(vote.id);
  return { reveal: models === null ? null : await namesOf(vote, models, campaign, deps) };
}
