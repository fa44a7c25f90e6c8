import type { CampaignId, Outcome } from '@agon/domain';
import type { PromptMaterial } from './content-store.ts';

export type ExportedVote = {
  readonly id: string;
  /** Place in the chain; of an imported vote: in its import. */
  readonly seq: number;
  readonly battle: string;
  readonly rater: string | null;
  readonly prompt: string | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly turns: number | null;
  readonly modelA: string;
  readonly modelB: string;
  readonly outcome: Outcome;
  readonly weight: number;
  /** Slot a's share of the point, 0..1, where the source says it finer than the outcome does. */
  readonly shareA: number | null;
  /** The outcome that was cast first, where a revision changed it. */
  readonly firstOutcome: Outcome;
  readonly undone: boolean;
  readonly excluded: string | null;
  readonly tags: { readonly a: readonly string[]; readonly b: readonly string[] } | null;
  readonly note: string | null;
  readonly shownMs: number | null;
  readonly drawProbability: number | null;
  readonly drawReason: string | null;
  readonly source: 'live' | 'import';
  readonly import: string | null;
  /** What the imported file calls it. */
  readonly sourceId: string | null;
  readonly at: string | null;
  /** Of live votes: the link of the chain. */
  readonly hash: string | null;
};

export type ExportedAnswer = {
  readonly prompt: string;
  readonly category: string | null;
  readonly language: string | null;
  readonly promptTurns: readonly string[];
  readonly model: string;
  readonly turns: readonly string[];
  readonly namesItself: boolean;
  readonly material: PromptMaterial;
};

export type ExportedPrompt = {
  readonly prompt: string;
  readonly turns: readonly string[];
  readonly category: string | null;
  readonly language: string | null;
  readonly material: PromptMaterial;
};

export type ExportedBattle = {
  readonly id: string;
  readonly prompt: string | null;
  readonly modelA: string;
  readonly modelB: string;
  readonly turns: number | null;
  readonly origin: string;
  readonly state: string;
  readonly rater: string | null;
  readonly drawProbability: number | null;
  readonly drawReason: string | null;
  readonly skipReason: string | null;
  readonly drawnAt: string;
  readonly material: PromptMaterial;
};

export type ExportedVerdict = {
  readonly id: string;
  readonly battle: string;
  readonly judge: string;
  readonly model: string;
  /** As a board names the judge: with the model that it asked, where that is known. Null: the import names none. */
  readonly rater: string | null;
  readonly prompt: string | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly modelA: string;
  readonly modelB: string;
  readonly turns: number | null;
  readonly slotOrder: string;
  readonly repeat: number;
  readonly outcome: Outcome | null;
  readonly unscored: string | null;
  /** Why boards leave it out: its run is open, suspect or excluded, or its judge is a control. */
  readonly excluded: string | null;
  readonly weight: number;
  readonly shareA: number | null;
  readonly sourceId: string | null;
  readonly raw: string | null;
  readonly at: string | null;
};

export type ExportedScore = {
  readonly model: string;
  readonly benchmark: string;
  readonly score: number;
  readonly n: number | null;
  readonly source: string;
  /** Score of guessing on the benchmark, 0..1; null: nobody has said. */
  readonly chance: number | null;
};

/** Rows as they are read, some thousand at a time. */
export type ExportedParts<Row> = AsyncIterable<readonly Row[]>;

/** Votes and verdicts come as a board takes them: in the order of the chain, those of an import in the order of its file. */
export interface ExportStore {
  votes(campaign: CampaignId): ExportedParts<ExportedVote>;
  prompts(campaign: CampaignId): ExportedParts<ExportedPrompt>;
  answers(campaign: CampaignId): ExportedParts<ExportedAnswer>;
  battles(campaign: CampaignId): ExportedParts<ExportedBattle>;
  verdicts(campaign: CampaignId): ExportedParts<ExportedVerdict>;
  scores(campaign: CampaignId): ExportedParts<ExportedScore>;
}
