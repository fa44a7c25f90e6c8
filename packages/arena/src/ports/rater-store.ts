import type { CampaignId, EpochMs, RaterId, UserId } from '@agon/domain';

export interface RaterStore {
  /** The rater behind a session; made at the first call. */
  raterOf(user: UserId): Promise<RaterId>;
  /** What researchers see of each: the name that the import gave, else letters that tell nothing. */
  pseudonymsOf(raters: readonly RaterId[]): Promise<ReadonlyMap<RaterId, string>>;
  giveConsent(
    rater: RaterId,
    campaign: CampaignId,
    version: number,
    language: string,
    atMs: EpochMs,
  ): Promise<void>;
  hasConsent(rater: RaterId, campaign: CampaignId, version: number): Promise<boolean>;
}
