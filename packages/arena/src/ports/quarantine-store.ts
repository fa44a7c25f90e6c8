import type { CampaignId, EpochMs, Outcome } from '@agon/domain';

/** Votes of one voter in one campaign, after a change. */
export type QuarantinedVotes = {
  /** All that they cast, the ones taken back included. */
  readonly votes: number;
  /** Of these, what this change put in or took out. */
  readonly changed: number;
};

/** Which votes of a campaign; every condition that is given must hold. */
export type VoteFilter = {
  /** Votes of voters who came from this address, as `VoterAddresses` has it. */
  readonly address?: string | undefined;
  /** Cast at or after, and before. */
  readonly fromMs?: EpochMs | undefined;
  readonly toMs?: EpochMs | undefined;
  readonly outcome?: Outcome | undefined;
  /** Votes of voters who cast so many in this campaign, or fewer. */
  readonly mostVotes?: number | undefined;
};

export type VotesInFilter = QuarantinedVotes & { readonly voters: number };

/** Votes that every board leaves out; restorable, never deleted. `rater`: the pseudonym, as `RaterStore` gives it. */
export interface QuarantineStore {
  /** Puts in what the voter has cast so far; what is in keeps its reason. */
  put(
    campaign: CampaignId,
    rater: string,
    entry: { readonly reason: string; readonly by: string; readonly atMs: EpochMs },
  ): Promise<QuarantinedVotes>;
  /** The same for all votes that a filter finds; `dryRun`: counts what it would change. */
  putAll(
    campaign: CampaignId,
    filter: VoteFilter,
    entry: { readonly reason: string; readonly by: string; readonly atMs: EpochMs },
    dryRun: boolean,
  ): Promise<VotesInFilter>;
  liftAll(campaign: CampaignId, filter: VoteFilter, dryRun: boolean): Promise<VotesInFilter>;
  /** Takes all of the voter's votes out, for whatever reason they were in. */
  lift(campaign: CampaignId, rater: string): Promise<QuarantinedVotes>;
}
