import type {
  AnswerId,
  BattleId,
  BySlot,
  CampaignId,
  EpochMs,
  ModelId,
  Probability,
  PromptId,
  RaterId,
} from '@agon/domain';

export type NewBattle = {
  readonly id: BattleId;
  readonly campaignId: CampaignId;
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
  /** Null: for a judge. */
  readonly raterId: RaterId | null;
  /** Probability with which this prompt and unordered pair was drawn; each slot order is half of it. */
  readonly drawProbability: Probability;
  readonly drawReason: string;
  readonly drawnAtMs: EpochMs;
  /** Null: it does not expire. */
  readonly expiresAtMs: EpochMs | null;
};

/** A battle that this voter was given before, whatever became of it. */
export type GivenBattle = {
  readonly id: BattleId;
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
  readonly state: 'issued' | 'voted' | 'skipped' | 'expired';
  readonly expiresAtMs: EpochMs;
};

export interface BattleStore {
  /** All battles drawn for a voter in a campaign, oldest first. */
  givenTo(campaign: CampaignId, rater: RaterId): Promise<readonly GivenBattle[]>;
  /** Prompts and pairs that have a battle already, as `promptPairKey`s. */
  pairsOf(campaign: CampaignId): Promise<readonly string[]>;
  /** Durable when it returns. */
  issue(battle: NewBattle): Promise<void>;
  /** Only from `issued`; returns false where the battle was not open for this voter. */
  skip(battle: BattleId, rater: RaterId, reason: string, note: string): Promise<boolean>;
  /** Marks issued battles past their time as expired; returns how many. */
  expire(nowMs: EpochMs): Promise<number>;
}
