import type { CampaignId, EpochMs, RaterId, UserId } from '@agon/domain';

export interface RaterStore {
  /** The rater behind a session; made at the first call. */
  raterOf(user: UserId): Promise<RaterId>;
  giveConsent(
    rater: RaterId,
    campaign: CampaignId,
    version: number,
    language: string,
    atMs: EpochMs,
  ): Promise<void>;
  hasConsent(rater: RaterId, campaign: CampaignId, version: number): Promise<boolean>;
}
