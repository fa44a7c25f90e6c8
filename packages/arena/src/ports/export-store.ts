import type { CampaignId, Outcome } from '@agon/domain';

export type ExportedVote = {
  readonly id: string;
  readonly seq: number;
  readonly battle: string;
  readonly rater: string;
  readonly prompt: string | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly turns: number | null;
  readonly modelA: string;
  readonly modelB: string;
  readonly outcome: Outcome;
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
  readonly at: string;
  readonly hash: string;
};

export type ExportedAnswer = {
  readonly prompt: string;
  readonly category: string | null;
  readonly language: string | null;
  readonly promptTurns: readonly string[];
  readonly model: string;
  readonly turns: readonly string[];
  readonly namesItself: boolean;
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
};

export type ExportedVerdict = {
  readonly id: string;
  readonly battle: string;
  readonly judge: string;
  readonly model: string;
  readonly prompt: string | null;
  readonly modelA: string;
  readonly modelB: string;
  readonly turns: number | null;
  readonly slotOrder: string;
  readonly repeat: number;
  readonly outcome: Outcome | null;
  readonly unscored: string | null;
  readonly shareA: number | null;
  readonly raw: string | null;
  readonly at: string;
};

export type ExportedScore = {
  readonly model: string;
  readonly benchmark: string;
  readonly score: number;
  readonly n: number | null;
  readonly source: string;
};

export interface ExportStore {
  votes(campaign: CampaignId): Promise<readonly ExportedVote[]>;
  answers(campaign: CampaignId): Promise<readonly ExportedAnswer[]>;
  battles(campaign: CampaignId): Promise<readonly ExportedBattle[]>;
  verdicts(campaign: CampaignId): Promise<readonly ExportedVerdict[]>;
  scores(campaign: CampaignId): Promise<readonly ExportedScore[]>;
}
