import type { AnswerId, BattleId, CampaignId, JudgeId } from '@agon/domain';
import type { Judge } from '@agon/judging';

export type JudgedCall = {
  readonly battleId: BattleId;
  readonly order: 'ab' | 'ba';
  readonly repeat: number;
};

export type ScoredAnswer = {
  readonly answerId: AnswerId;
  /** As readings of scores have them. */
  readonly part: string;
  readonly order: string;
  readonly repeat: number;
};

export interface JudgeStore {
  /** Stores the judge under its identity, once. @param origin default: it comes with Agon */
  keep(judge: Judge, origin?: 'built_in' | 'control'): Promise<JudgeId>;
  /** Battles with both answers, one for each two answers and turn: those with votes first, then seeded. */
  battlesToJudge(campaign: CampaignId, seed: number, limit: number | null): Promise<readonly BattleId[]>;
  /** What this judge and model have scored in the campaign; verdicts of imports left out. */
  scored(campaign: CampaignId, judge: JudgeId, model: string): Promise<readonly JudgedCall[]>;
  /** The same of single answers. */
  scoredAnswers(campaign: CampaignId, judge: JudgeId, model: string): Promise<readonly ScoredAnswer[]>;
}

/** The judges of the folder judges/. */
export interface JudgeCatalogue {
  all(): Promise<readonly Judge[]>;
}
