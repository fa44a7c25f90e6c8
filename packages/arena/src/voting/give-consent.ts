import type { VoterProgress } from '@agon/contract';
import { ArenaError, type RaterId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import { refuseUnlessOpen } from '../campaigns/require-campaign.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import { identifyVoter } from './identify-voter.ts';
import { requireMayVote } from './require-may-vote.ts';
import { voterProgress } from './voter-progress.ts';

export type GiveConsent = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly version: number;
  readonly language: string;
  /** Token of the link by which the voter came; null: none. */
  readonly invitation: string | null;
};

/** Records that a voter agreed to this version of the campaign's terms. */
export async function giveConsent(
  command: GiveConsent,
  deps: Pick<
    Ports,
    'campaigns' | 'members' | 'raters' | 'votes' | 'invitations' | 'completionCodes' | 'secrets' | 'clock'
  >,
): Promise<{ progress: VoterProgress }> {
  const raterId = await identifyVoter(command.actor, deps);
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  refuseUnlessOpen(campaign);
  requireMayVote(campaign, command.actor);
  if (command.version !== campaign.settings.consent_version) {
    throw new ArenaError('invalid_request', 'The terms have changed since this page was loaded.', {
      hint: 'Load the page again and read the new version.',
      data: { version: campaign.settings.consent_version },
    });
  }
  if (campaign.settings.who === 'invited') await admit(command, campaign, raterId, deps);
  await deps.raters.giveConsent(raterId, campaign.id, command.version, command.language, deps.clock.now());
  return { progress: voterProgress(await deps.votes.countOf(raterId, campaign.id), campaign, raterId, deps) };
}

/** @throws ArenaError('invitation_required') for who neither was admitted nor has an invitation that is good */
async function admit(
  { invitation }: GiveConsent,
  { id, title }: CampaignRecord,
  rater: RaterId,
  deps: Pick<Ports, 'invitations' | 'secrets' | 'clock'>,
): Promise<void> {
  if (await deps.invitations.isAdmitted(id, rater)) return;
  const admitted =
    invitation === null
      ? 'unknown'
      : await deps.invitations.admit(id, deps.secrets.hash(invitation), rater, deps.clock.now());
  if (admitted === 'admitted') return;
  throw new ArenaError(
    'invitation_required',
    admitted === 'used_up'
      ? 'This invitation has been used.'
      : `"${title}" takes votes from people who were invited.`,
    { hint: 'Open the link that you were sent, in the browser that you used before; or ask for a new one.' },
  );
}
