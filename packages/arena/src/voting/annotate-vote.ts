import { ArenaError, type VoteId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignById } from '../campaigns/require-campaign.ts';
import type { Ports } from '../ports/ports.ts';
import type { VoteNote } from '../ports/vote-store.ts';
import { identifyVoter } from './identify-voter.ts';

export type AnnotateVote = { readonly actor: Actor; readonly vote: string } & VoteNote;

/** Adds reasons or a note to one's own vote; the latest ones count, the earlier ones are kept. */
export async function annotateVote(
  command: AnnotateVote,
  deps: Pick<Ports, 'campaigns' | 'raters' | 'votes' | 'clock'>,
): Promise<{ vote: string; at: string }> {
  const raterId = await identifyVoter(command.actor, deps);
  const vote = await deps.votes.find(command.vote as VoteId);
  if (vote === null || vote.raterId !== raterId) {
    throw new ArenaError('not_found', 'You have no such vote.', {
      hint: 'Only your own votes can be annotated.',
    });
  }
  const { settings } = await requireCampaignById(vote.campaignId, deps);
  const strange = [...(command.tags?.a ?? []), ...(command.tags?.b ?? [])].find(
    (tag) => !settings.tags.includes(tag),
  );
  if (strange !== undefined) {
    throw new ArenaError('invalid_request', `"${strange}" is not a reason of this campaign.`, {
      hint: `It has: ${settings.tags.join(', ')}.`,
      at: { column: 'tags', value: strange },
    });
  }
  const nowMs = deps.clock.now();
  await deps.votes.annotate(
    vote.id,
    { tags: command.tags, note: settings.notes ? command.note : undefined },
    nowMs,
  );
  return { vote: vote.id, at: new Date(nowMs).toISOString() };
}
