import type { Campaign } from '@agon/contract';
import type { Actor } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { requireCampaignRole } from './campaign-access.ts';
import { presentCampaigns } from './present-campaign.ts';

/** One campaign; a draft only for its members. */
export async function getCampaign(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: Pick<Ports, 'campaigns' | 'members'>,
): Promise<Campaign> {
  const record = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  const [campaign] = await presentCampaigns([record], command.actor, deps);
  return campaign!;
}
