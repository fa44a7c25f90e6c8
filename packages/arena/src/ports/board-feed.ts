import type { CampaignId } from '@agon/domain';

/** Tells that a campaign's comparisons changed, in this process or another one. */
export interface BoardFeed {
  /** Returns the way to stop. */
  subscribe(campaign: CampaignId, listener: () => void): () => void;
  changed(campaign: CampaignId): void;
}
