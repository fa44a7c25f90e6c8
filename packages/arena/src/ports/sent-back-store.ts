import type { AnswerId, BattleId, BySlot, CampaignId, EpochMs, ModelId, PromptId } from '@agon/domain';

/** A battle on the list of those that people are asked about again. */
export type SentBackBattle = {
  readonly battle: BattleId;
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
  /** Votes that it is to have, and those it got since it was sent. */
  readonly wanted: number;
  readonly votes: number;
  readonly by: string | null;
  readonly atMs: EpochMs;
};

export interface SentBackStore {
  /**
   * Puts a battle on the list, or changes how many votes it is to have.
   * @returns why it cannot be: it holds no two answers of this campaign, or shows fewer turns than people are shown
   */
  send(
    campaign: CampaignId,
    battle: BattleId,
    votes: number,
    by: string | null,
    atMs: EpochMs,
  ): Promise<'sent' | 'no_answers' | 'part_of_prompt'>;
  /** @returns false where it was not on the list */
  takeBack(campaign: CampaignId, battle: BattleId, atMs: EpochMs): Promise<boolean>;
  /** All that were sent and not taken back, newest first; those with votes enough, too. */
  list(campaign: CampaignId): Promise<readonly SentBackBattle[]>;
  /** Those that still want votes; as it was some seconds ago at most. */
  open(campaign: CampaignId): Promise<readonly SentBackBattle[]>;
}
