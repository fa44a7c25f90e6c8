import type { AnswerId, BattleId, BySlot, CampaignId, EpochMs, JudgeId, PromptId, RunId } from '@agon/domain';

/** A judge with the model that it asked: what a report card is about. */
export type JudgeSubject = {
  readonly judgeId: JudgeId;
  readonly name: string;
  readonly identity: string;
  readonly title: string;
  readonly origin: 'built_in' | 'imported' | 'own' | 'control';
  /** The judge's file; empty for imported verdicts and control judges. */
  readonly source: string;
  /** Empty where an import does not say. */
  readonly model: string;
  readonly verdicts: number;
  /** When it judged last; null: not known. */
  readonly lastMs: EpochMs | null;
};

/** One prompt with two answers that were judged, in the slots of the judged battle. */
export type JudgedCell = {
  readonly battle: BattleId;
  readonly promptId: PromptId | null;
  /** The prompt's own key, where it was not imported. */
  readonly promptKey: string | null;
  readonly category: string | null;
  /** Turns that were shown; null: all. */
  readonly turns: number | null;
  readonly models: BySlot<string>;
  readonly answers: BySlot<AnswerId> | null;
  /** Votes that count on boards, in these slots, with what each weighs; both bad as a tie. */
  readonly votes: readonly { readonly outcome: 'a' | 'b' | 'tie'; readonly weight: number }[];
};

export type CellVerdict = {
  readonly id: string;
  /** Its battle has the cell's slots exchanged. */
  readonly isTurned: boolean;
  /** Place in `cells`. */
  readonly cell: number;
  /** Place in `subjects`. */
  readonly subject: number;
  readonly order: 'ab' | 'ba' | 'unknown';
  readonly repeat: number;
  /** In the cell's slots; null: unscored. */
  readonly outcome: 'a' | 'b' | 'tie' | null;
  readonly unscored: string | null;
  readonly shareA: number | null;
  /** What the judge replied, where the filter asks for it; null: it was not asked for, or there is no reply. */
  readonly reply: string | null;
};

/** Battles that one judge decided, and what people and all judges say of them. */
export type JudgedCells = {
  readonly cells: readonly JudgedCell[];
  readonly subjects: readonly JudgeSubject[];
  readonly verdicts: readonly CellVerdict[];
  /** How many there are: `cells` may be some of them. */
  readonly of: number;
};

/** What replies behind verdicts cost; sums over replies that say it. */
export type VerdictCosts = {
  readonly replies: number;
  readonly costUsd: number | null;
  /** Some of the cost was counted by a price table. */
  readonly estimated: boolean;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Mean of a reply, ms; null: none says it. */
  readonly latencyMs: number | null;
  /** Seconds between the first and the last reply of each run, added up. */
  readonly seconds: number;
};

export type SubjectRun = {
  readonly run: RunId;
  readonly provider: string;
  readonly startedAtMs: EpochMs;
  readonly state: string;
  readonly standing: string;
  readonly standingReason: string | null;
};

/** Which verdicts are looked at: of a judge and its model, in all runs or in one. */
export type SubjectFilter = {
  readonly judgeId: JudgeId;
  readonly model: string;
  readonly run: RunId | null;
  /** With what the judge replied. Default: without. */
  readonly replies?: boolean;
};

export interface JudgeCardStore {
  /** Judges with verdicts in a campaign, most verdicts first; those of undone imports left out. */
  subjects(campaign: CampaignId): Promise<readonly JudgeSubject[]>;
  /**
   * @param filter whose battles; null: of every judge that is no control
   * @param most cells at most, the same ones each time
   */
  cells(campaign: CampaignId, filter: SubjectFilter | null, most: number): Promise<JudgedCells>;
  costs(campaign: CampaignId, filter: SubjectFilter): Promise<VerdictCosts>;
  /**
   * Sets the shares of verdicts, in the slots of their own battles; boards read them anew where one has changed.
   * @param shares P(a is better), 0..1; null: none
   * @returns how many have changed
   */
  setShares(
    campaign: CampaignId,
    shares: readonly { readonly id: string; readonly shareA: number | null }[],
  ): Promise<number>;
  /** Newest first. */
  runs(campaign: CampaignId, filter: SubjectFilter): Promise<readonly SubjectRun[]>;
}
