import type { AnswerId, BattleId, CampaignId, EpochMs, JudgeId } from '@agon/domain';
import type { Judge } from '@agon/judging';

export type JudgedCall = {
  readonly battleId: BattleId;
  readonly order: 'ab' | 'ba';
  readonly repeat: number;
};

/** One version of a judge, as it was saved or asked. */
export type JudgeVersion = {
  readonly name: string;
  readonly identity: string;
  /** From 1; null: it came with Agon. */
  readonly version: number | null;
  readonly title: string;
  readonly measures: string;
  readonly source: string;
  readonly origin: 'built_in' | 'own' | 'control';
  /** Account of who saved it, and its name; null: the owner of the data folder, or nobody. */
  readonly by: string | null;
  readonly author: string | null;
  readonly createdAtMs: EpochMs;
  /** Null: it is in use. */
  readonly archivedAtMs: EpochMs | null;
  /** Runs that asked it, dry runs and drift checks included. */
  readonly runs: number;
};

export type ScoredAnswer = {
  readonly answerId: AnswerId;
  /** As readings of scores have them. */
  readonly part: string;
  readonly order: string;
  readonly repeat: number;
};

export interface JudgeStore {
  /**
   * Saves the next version of a judge that was written here. Where a version with this identity is there already, of
   * whatever number, nothing is saved.
   * @returns whether it was saved
   */
  saveVersion(judge: Judge, by: string | null, nowMs: EpochMs): Promise<boolean>;
  /** The newest version of each judge that was written here, archived ones too, by name. */
  newestOwn(): Promise<readonly JudgeVersion[]>;
  /**
   * Archives all versions of a judge that was written here, or takes them back.
   * @param atMs null: in use again
   * @returns whether there is such a judge
   */
  setArchived(name: string, atMs: EpochMs | null): Promise<boolean>;
  /** Those that are stored, newest first; versions that came with Agon are stored when they are first asked. */
  versions(name: string): Promise<readonly JudgeVersion[]>;
  byIdentity(identity: string): Promise<JudgeVersion | null>;
  /** Null: it was never asked. */
  idOf(identity: string): Promise<JudgeId | null>;
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
