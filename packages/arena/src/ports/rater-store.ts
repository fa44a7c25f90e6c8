import type { CampaignId, EpochMs, RaterId, UserId } from '@agon/domain';

/** `name` is what researchers see. */
type Finisher = { readonly rater: RaterId; readonly name: string; readonly votes: number };

export interface RaterStore {
  /** The rater behind a session; made at the first call. */
  raterOf(user: UserId): Promise<RaterId>;
  /** What researchers see of each: the name that the import gave, else letters that tell nothing. */
  pseudonymsOf(raters: readonly RaterId[]): Promise<ReadonlyMap<RaterId, string>>;
  /** Everybody with so many votes or more in a campaign, by name; imported raters are none of them. */
  finishersOf(campaign: CampaignId, quota: number): Promise<readonly Finisher[]>;
  giveConsent(
    rater: RaterId,
    campaign: CampaignId,
    version: number,
    language: string,
    atMs: EpochMs,
  ): Promise<void>;
  hasConsent(rater: RaterId, campaign: CampaignId, version: number): Promise<boolean>;
}
