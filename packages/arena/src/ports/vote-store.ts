import type { BattleId, BySlot, CampaignId, EpochMs, Outcome, RaterId, VoteId } from '@agon/domain';

export type NewVote = {
  readonly id: VoteId;
  readonly campaignId: CampaignId;
  readonly battleId: BattleId;
  readonly raterId: RaterId;
  readonly outcome: Outcome;
  readonly idempotencyKey: string;
  readonly shownMs: number | null;
  /** The reply will show the names: a vote that is changed after it is never rated. */
  readonly revealed: boolean;
  readonly atMs: EpochMs;
};

export type StoredVote = {
  readonly id: VoteId;
  readonly battleId: BattleId;
  readonly raterId: RaterId;
  readonly campaignId: CampaignId;
  readonly outcome: Outcome;
  /** The reply to its first cast showed the names. */
  readonly revealed: boolean;
  readonly atMs: EpochMs;
};

/** A vote after its revisions. */
type StandingVote = StoredVote & {
  readonly undone: boolean;
  /** It is its voter's last one, and nobody was told yet that it stays. */
  readonly canUndo: boolean;
};

/** A vote that its voter can no longer undo, because of the next one. */
export type FinalVote = { readonly id: VoteId; readonly battleId: BattleId; readonly models: BySlot<string> };

/** `appended`: counted now. `replayed`: the same request again. `conflict`: this voter voted on it before. */
export type AppendResult =
  | {
      readonly kind: 'appended' | 'replayed';
      readonly vote: StoredVote;
      readonly models: BySlot<string>;
      /** Votes of this voter in this campaign, this one included. */
      readonly votesOfRater: number;
      /** The voter's vote before this one, unless it was undone; null in the reply to a request that came again. */
      readonly before: FinalVote | null;
    }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown_battle' };

export type VoteNote = { readonly tags?: BySlot<readonly string[]>; readonly note?: string };

export interface VoteStore {
  /**
   * Appends to the campaign's chain; resolves only after the commit. A vote that was undone is recast as a revision, which
   * is left out of ratings where the names were shown before. The voter's vote before this one can no longer be undone.
   */
  append(vote: NewVote): Promise<AppendResult>;
  /** The vote as it stands after its revisions (`atMs`: of the last cast). */
  find(id: VoteId): Promise<StandingVote | null>;
  /** A vote by its voter's idempotency key, its own or a recast's. */
  findByKey(rater: RaterId, idempotencyKey: string): Promise<StoredVote | null>;
  /** @returns whether the vote is undone; false where it is not its voter's last one, or was settled */
  undo(id: VoteId, atMs: EpochMs): Promise<boolean>;
  /** From now on the vote cannot be undone; one that is undone stays so. @returns how it stands */
  settle(id: VoteId): Promise<StandingVote | null>;
  /** Names of the models that a vote was about. */
  modelsOf(id: VoteId): Promise<BySlot<string> | null>;
  annotate(id: VoteId, note: VoteNote, atMs: EpochMs): Promise<void>;
  countOf(rater: RaterId, campaign: CampaignId): Promise<number>;
  /** How others voted on the same two answers, in the slots of `battle`. */
  othersOn(battle: BattleId, except: RaterId): Promise<Readonly<Record<Outcome, number>>>;
}
