import type { CampaignId, EpochMs, RaterId } from '@agon/domain';

/** Voters of a campaign who came from one address. */
export type VoterGroup = {
  /** Keyed hash: it names the address in this campaign and in no other, and cannot be turned back. */
  readonly address: string;
  readonly voters: number;
  /** Votes of these voters, wherever they cast them. */
  readonly votes: number;
  /** Voters who cast one vote and no more. */
  readonly singleVoters: number;
  /** Of the votes, those in quarantine. */
  readonly quarantined: number;
  readonly firstAtMs: EpochMs;
  readonly lastAtMs: EpochMs;
};

/** Where voters come from, as keyed hashes, for as long as they are kept. */
export interface VoterAddresses {
  /** @param address of the client; an IPv6 address counts as its /64 */
  hash(campaign: CampaignId, address: string): string;
  /** Durable when it resolves; from memory where it was noted within the hour. */
  note(campaign: CampaignId, rater: RaterId, hash: string, atMs: EpochMs): Promise<void>;
  /** Most votes first. */
  groups(campaign: CampaignId, limit: number): Promise<readonly VoterGroup[]>;
  /** Forgets addresses that were not seen since. @returns how many */
  forget(beforeMs: EpochMs): Promise<number>;
}

/** Counts votes of addresses, in the memory of one process. */
export interface AddressLimits {
  /** Takes one vote. @throws ArenaError('rate_limited') with the time until the next one */
  take(hash: string, perMinute: number): void;
}
