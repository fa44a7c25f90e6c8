import type { BattleId, BySlot, CampaignId, EpochMs, Outcome, RaterId, VoteId } from '@agon/domain';

export type NewVote = {
  readonly id: VoteId;
  readonly campaignId: CampaignId;
  readonly battleId: BattleId;
  readonly raterId: RaterId;
  readonly outcome: Outcome;
  readonly idempotencyKey: string;
  readonly shownMs: number | null;
  readonly atMs: EpochMs;
};

export type StoredVote = {
  readonly id: VoteId;
  readonly battleId: BattleId;
  readonly raterId: RaterId;
  readonly campaignId: CampaignId;
  readonly outcome: Outcome;
  readonly atMs: EpochMs;
};

/** `appended`: counted now. `replayed`: the same request again. `conflict`: this voter voted on it before. */
export type AppendResult =
  | {
      readonly kind: 'appended' | 'replayed';
      readonly vote: StoredVote;
      readonly models: BySlot<string>;
      /** Votes of this voter in this campaign, this one included. */
      readonly votesOfRater: number;
    }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown_battle' };

export type VoteNote = { readonly tags?: BySlot<readonly string[]>; readonly note?: string };

export interface VoteStore {
  /** Appends to the campaign's chain; resolves only after the commit. A vote that was undone is recast as a revision. */
  append(vote: NewVote): Promise<AppendResult>;
  /** The vote as it stands after its revisions (`atMs`: of the last cast), and whether it is undone. */
  find(id: VoteId): Promise<(StoredVote & { readonly undone: boolean }) | null>;
  /** A vote by its voter's idempotency key, its own or a recast's. */
  findByKey(rater: RaterId, idempotencyKey: string): Promise<StoredVote | null>;
  undo(id: VoteId, atMs: EpochMs): Promise<void>;
  annotate(id: VoteId, note: VoteNote, atMs: EpochMs): Promise<void>;
  countOf(rater: RaterId, campaign: CampaignId): Promise<number>;
  /** How others voted on the same two answers, in the slots of `battle`. */
  othersOn(battle: BattleId, except: RaterId): Promise<Readonly<Record<Outcome, number>>>;
}
