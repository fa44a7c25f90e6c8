import { ArenaError, type CampaignId } from '@agon/domain';
import { type Actor, hasRole } from '../actor.ts';
import type { CampaignRecord, CampaignStore } from '../ports/campaign-store.ts';

/** A draft is there only for researchers, where `actor` says who asks. @throws ArenaError('not_found') */
export async function requireCampaign(
  slug: string,
  deps: { campaigns: CampaignStore },
  actor?: Actor,
): Promise<CampaignRecord> {
  const campaign = await deps.campaigns.find(slug);
  const visible = campaign?.state !== 'draft' || actor === undefined || hasRole(actor, 'researcher');
  if (campaign !== null && visible) return campaign;
  throw new ArenaError('not_found', `There is no campaign "${slug}".`, {
    hint: 'See the list of campaigns: GET /api/v1/campaigns, or `agon campaign list`.',
    data: { campaign: slug },
  });
}

/** @throws ArenaError('not_found') */
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
