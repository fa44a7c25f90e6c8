import type { VoterProgress } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { refuseUnlessOpen, requireCampaign } from '../campaigns/require-campaign.ts';
import type { Ports } from '../ports/ports.ts';
import { identifyVoter } from './identify-voter.ts';
import { refuseUnlessWelcome } from './refuse-unless-welcome.ts';
import { voterProgress } from './voter-progress.ts';

export type GiveConsent = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly version: number;
  readonly language: string;
};

/** Records that a voter agreed to this version of the campaign's terms. */
export async function giveConsent(
  command: GiveConsent,
  deps: Pick<Ports, 'campaigns' | 'raters' | 'votes' | 'completionCodes' | 'clock'>,
): Promise<{ progress: VoterProgress }> {
  const raterId = await identifyVoter(command.actor, deps);
  const campaign = await requireCampaign(command.campaign, deps);
  refuseUnlessOpen(campaign);
  refuseUnlessWelcome(campaign, command.actor);
  if (command.version !== campaign.settings.consent_version) {
    throw new ArenaError('invalid_request', 'The terms have changed since this page was loaded.', {
      hint: 'Load the page again and read the new version.',
      data: { version: campaign.settings.consent_version },
    });
  }
  await deps.raters.giveConsent(raterId, campaign.id, command.version, command.language, deps.clock.now());
  return { progress: voterProgress(await deps.votes.countOf(raterId, campaign.id), campaign, raterId, deps) };
}
