import type { AnswerId, CampaignId, ModelId, PromptId } from '@agon/domain';

export type ModelRecord = {
  readonly id: ModelId;
  readonly name: string;
  readonly title: string;
  readonly provider: string | null;
  readonly licence: string | null;
  readonly openWeights: boolean | null;
  readonly aliases: readonly string[];
  readonly retired: boolean;
};

export type PromptRecord = {
  readonly id: PromptId;
  readonly category: string | null;
  readonly language: string | null;
};

export type AnswerRecord = {
  readonly id: AnswerId;
  readonly promptId: PromptId;
  readonly modelId: ModelId;
  readonly namesItself: boolean;
  /** None of its turns has anything to read. */
  readonly blank: boolean;
};

/** What a campaign draws from, without its texts. `version` grows with every change. */
export type CampaignContent = {
  readonly version: number;
  readonly models: readonly ModelRecord[];
  readonly prompts: readonly PromptRecord[];
  /** Oldest first. A model may have several to one prompt. */
  readonly answers: readonly AnswerRecord[];
};

export type SelfNamingSpan = { readonly start: number; readonly end: number };

export type AnswerText = {
  readonly turns: readonly string[];
  /** One list a turn; empty where the answer does not name its model. */
  readonly selfNaming: readonly (readonly SelfNamingSpan[])[];
};

export interface ContentStore {
  /** Cached by the adapter until the campaign's content version changes. */
  content(campaign: CampaignId): Promise<CampaignContent>;
  /** What `content` gave last, from memory: for those who check its version by other means. */
  lastContent(campaign: CampaignId): Promise<CampaignContent>;
  /** The sources' own ids of the campaign's prompts. */
  promptKeys(campaign: CampaignId): Promise<ReadonlySet<string>>;
  promptTurns(ids: readonly PromptId[]): Promise<ReadonlyMap<PromptId, readonly string[]>>;
  answerTexts(ids: readonly AnswerId[]): Promise<ReadonlyMap<AnswerId, AnswerText>>;
}
