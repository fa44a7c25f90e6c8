import type { CampaignProgress } from '@agon/contract';
import { type Actor, requireRole } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { requireCampaign } from './require-campaign.ts';

/** How far a campaign is. Names models: for researchers only. */
export async function getProgress(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: Pick<Ports, 'campaigns' | 'clock'>,
): Promise<CampaignProgress> {
  requireRole(command.actor, 'researcher');
  const campaign = await requireCampaign(command.campaign, deps);
  return deps.campaigns.progress(campaign.id, deps.clock.now());
}
