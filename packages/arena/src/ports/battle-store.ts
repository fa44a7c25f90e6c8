import type { AnswerPlace } from '@agon/contract';
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
import type { PairIndex } from '../voting/pair-index.ts';
import type { SeenContent } from '../voting/seen-content.ts';

export type NewBattle = {
  readonly id: BattleId;
  readonly campaignId: CampaignId;
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
  /** Probability with which this prompt and these two answers were drawn; each slot order is half of it. */
  readonly drawProbability: Probability;
  readonly drawReason: string;
  readonly drawnAtMs: EpochMs;
};

/** One that was drawn for a voter. */
export type NewVoterBattle = NewBattle & {
  readonly expiresAtMs: EpochMs;
  /** What a vote on it weighs on boards; null: 1. */
  readonly drawWeight: number | null;
};

/** A battle that this voter was given, and neither voted on nor skipped; its time may be over, if not marked so yet. */
export type OpenBattle = {
  readonly id: BattleId;
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
  readonly expiresAtMs: EpochMs;
};

/** Where a voter of a campaign stands. */
export type GivenBattles = {
  /** Grows with everything that happens to the voter's battles. */
  readonly changes: number;
  /** Votes that stand. */
  readonly votes: number;
  /** How many battles were ever drawn for the voter. */
  readonly drawn: number;
  /** Oldest first. */
  readonly open: readonly OpenBattle[];
  /** Of the index that was asked with: what battles showed that the voter voted on or skipped. */
  readonly seen: SeenContent;
};

export type AnswerPair = {
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
};

/** What a battle shows. */
export type BattleSides = {
  readonly promptId: PromptId;
  readonly answers: BySlot<AnswerId>;
  /** Turns that were shown; null: all. */
  readonly turns: number | null;
};

/** What a draw was made from; it is good as long as both are as they were. */
export type DrawBasis = {
  readonly campaignId: CampaignId;
  readonly raterId: RaterId;
  readonly changes: number;
  readonly contentVersion: number;
};

export interface BattleStore {
  /** Often from memory: whether it still holds is seen when battles are issued. */
  givenTo(campaign: CampaignId, rater: RaterId, index: PairIndex): Promise<GivenBattles>;
  /** The pairs of answers that have a battle already, in any slots. */
  pairsOf(campaign: CampaignId): Promise<readonly AnswerPair[]>;
  /**
   * Issues battles to a voter, all or none; durable when it resolves. With an empty list it only checks the basis.
   * @returns false where the voter or the content changed since: read both again
   */
  issueToVoter(basis: DrawBasis, battles: readonly NewVoterBattle[]): Promise<boolean>;
  /** Which of their models' answers a battle shows, as things stand: answers of undone imports have no place. */
  answerPlaces(battle: BattleId): Promise<BySlot<AnswerPlace | null>>;
  /** What battles show; those that hold no two answers are left out. */
  sides(battles: readonly BattleId[]): Promise<ReadonlyMap<BattleId, BattleSides>>;
  /** Durable when it resolves. */
  issueToJudge(battle: NewBattle): Promise<void>;
  /** From `issued` or `expired`; returns false where the battle is not this voter's, or was voted on or skipped. */
  skip(battle: BattleId, rater: RaterId, reason: string, note: string): Promise<boolean>;
  /** Marks issued battles past their time as expired; returns how many. */
  expire(nowMs: EpochMs): Promise<number>;
}
