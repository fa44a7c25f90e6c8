import { ArenaError, type CampaignId } from '@agon/domain';
import type { CampaignRecord, CampaignStore } from '../ports/campaign-store.ts';

/** The campaign of a battle or a vote, which says by itself whose it is. @throws ArenaError('not_found') */
export async function requireCampaignById(
  id: CampaignId,
  deps: { campaigns: CampaignStore },
): Promise<CampaignRecord> {
  const campaign = await deps.campaigns.findById(id);
  if (campaign !== null) return campaign;
  throw new ArenaError('not_found', 'The campaign of this battle is gone.', { data: { campaign: id } });
}

/** @throws ArenaError('campaign_not_open') */
export function refuseUnlessOpen(campaign: CampaignRecord): void {
  if (campaign.state === 'open') return;
  throw new ArenaError(
    'campaign_not_open',
    `"${campaign.title}" is ${campaign.state === 'draft' ? 'not open yet' : 'closed'}.`,
    {
      hint: 'Votes that were counted stay counted; its board stays public.',
    },
  );
}
