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

/** Who takes part in a campaign. `version` grows with every change of its models, prompts or answers. */
export type CampaignContent = {
  readonly version: number;
  readonly models: readonly ModelRecord[];
};

/**
 * All answers of a campaign, without their texts: a million to half a million prompts take some 50 MB. Places count from 0, the oldest answer
 * first; a model may have several to one prompt.
 */
export interface AnswerColumns {
  readonly length: number;
  /** Number of the prompt, of each answer; prompts are numbered in the order of their first answers. */
  readonly prompt: Uint32Array;
  /** Place of the model in `models`, of each answer. */
  readonly model: Uint32Array;
  /** 1 where the answer names its model. */
  readonly namesItself: Uint8Array;
  /** 1 where none of its turns has anything to read. */
  readonly blank: Uint8Array;
  /** Place of the oldest answer with the same text, to whatever prompt and of whatever model; of a blank one, its own. */
  readonly text: Uint32Array;
  readonly prompts: number;
  readonly models: readonly ModelId[];
  idOf(place: number): AnswerId;
  /** Undefined where it is no answer of the campaign (any more). */
  placeOf(id: AnswerId): number | undefined;
  promptId(number: number): PromptId;
  /** Undefined where the prompt has no answer. */
  promptNumber(id: PromptId): number | undefined;
}

/** What a campaign draws from. */
export type DrawableContent = CampaignContent & { readonly answers: AnswerColumns };

export type SelfNamingSpan = { readonly start: number; readonly end: number };

export type PromptText = {
  readonly turns: readonly string[];
  readonly category: string | null;
  readonly language: string | null;
};

/** A prompt as judges are given it, who may need what voters are not shown. */
export type JudgedPrompt = PromptText & { readonly material: PromptMaterial };

/** What judges may need beside a prompt and its answers; empty where a campaign has none of it. */
export type PromptMaterial = {
  readonly reference?: readonly string[];
  readonly rubric?: {
    readonly name: string;
    readonly levels: readonly { readonly score: number; readonly text: string }[];
  };
  readonly criteria?: readonly { readonly id: string; readonly text: string; readonly weight: number }[];
  readonly checklist?: readonly string[];
  readonly context?: readonly string[];
};

export type AnswerText = {
  readonly turns: readonly string[];
  /** One list a turn; empty where the answer does not name its model. */
  readonly selfNaming: readonly (readonly SelfNamingSpan[])[];
};

export type Unanswered = {
  readonly all: number;
  /** `answers`: those that stand. */
  readonly missing: readonly { readonly promptId: PromptId; readonly answers: number }[];
};

export interface ContentStore {
  /** Cached by the adapter until the campaign's content version changes. */
  content(campaign: CampaignId): Promise<CampaignContent>;
  /** The same with all answers: only for those who draw from them. */
  drawable(campaign: CampaignId): Promise<DrawableContent>;
  /** What `drawable` gave last, from memory: for those who check its version by other means. */
  lastDrawable(campaign: CampaignId): Promise<DrawableContent>;
  /** The sources' own ids of the campaign's prompts. */
  promptKeys(campaign: CampaignId): Promise<ReadonlySet<string>>;
  /** Makes a model one of the campaign's; under any of its names where it is known. */
  enter(campaign: CampaignId, model: string): Promise<ModelId>;
  /**
   * Prompts of the campaign that the model has answered less than `repeat` times, and how many it has in all.
   * @param settings hash of what it is asked under: answers of runs under others do not count, those that are not known to
   *   have been asked under any do
   */
  unanswered(campaign: CampaignId, model: ModelId, repeat: number, settings: string): Promise<Unanswered>;
  promptTexts(ids: readonly PromptId[]): Promise<ReadonlyMap<PromptId, PromptText>>;
  /** With what the campaign has for judges, as it is now: an import may add to it. */
  judgedPrompts(campaign: CampaignId, ids: readonly PromptId[]): Promise<ReadonlyMap<PromptId, JudgedPrompt>>;
  answerTexts(ids: readonly AnswerId[]): Promise<ReadonlyMap<AnswerId, AnswerText>>;
}
