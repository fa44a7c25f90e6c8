import type { CampaignProgress } from '@agon/contract';
import type { Actor } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { requireCampaignRole } from './campaign-access.ts';

/** How far a campaign is. Names models: for its members only. */
export async function getProgress(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: Pick<Ports, 'campaigns' | 'members' | 'clock'>,
): Promise<CampaignProgress> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  return deps.campaigns.progress(campaign.id, deps.clock.now());
}
