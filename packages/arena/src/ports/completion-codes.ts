import type { CampaignId, RaterId } from '@agon/domain';

/** Codes that voters take to a crowdworking platform as a proof. Each is one voter's of one campaign, and nobody can guess another. */
export interface CompletionCodes {
  /** The same at every call; 10 letters and digits that are hard to mistake for others. */
  of(campaign: CampaignId, rater: RaterId): string;
}
