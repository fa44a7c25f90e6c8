import type { CampaignId, EpochMs } from '@agon/domain';

/** Votes of one voter in one campaign, after a change. */
export type QuarantinedVotes = {
  /** All that they cast, the ones taken back included. */
  readonly votes: number;
  /** Of these, what this change put in or took out. */
  readonly changed: number;
};

/** Votes that every board leaves out; restorable, never deleted. `rater`: the pseudonym, as `RaterStore` gives it. */
export interface QuarantineStore {
  /** Puts in what the voter has cast so far; what is in keeps its reason. */
  put(
    campaign: CampaignId,
    rater: string,
    entry: { readonly reason: string; readonly by: string; readonly atMs: EpochMs },
  ): Promise<QuarantinedVotes>;
  /** Takes all of the voter's votes out, for whatever reason they were in. */
  lift(campaign: CampaignId, rater: string): Promise<QuarantinedVotes>;
}
