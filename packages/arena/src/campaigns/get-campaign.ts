import type { Campaign } from '@agon/contract';
import { type Actor, hasRole } from '../actor.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import { presentCampaigns } from './present-campaign.ts';
import { requireCampaign } from './require-campaign.ts';

/** A completion code is for those who finished, not for whoever asks. */
export function hideCompletionCode(actor: Actor, record: CampaignRecord): CampaignRecord {
  if (hasRole(actor, 'researcher')) return record;
  return { ...record, settings: { ...record.settings, completion_code: null } };
}

/** One campaign; a draft only for researchers. */
export async function getCampaign(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: Pick<Ports, 'campaigns'>,
): Promise<Campaign> {
  const record = await requireCampaign(command.campaign, deps, command.actor);
  const [campaign] = await presentCampaigns([hideCompletionCode(command.actor, record)], deps);
  return campaign!;
}
