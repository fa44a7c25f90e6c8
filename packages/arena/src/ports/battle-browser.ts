import type { AGREEMENTS, BATTLE_OUTCOMES, BATTLE_SORTS } from '@agon/contract';
import type {
  BattleId,
  BySlot,
  CampaignId,
  EpochMs,
  Outcome,
  PromptId,
  RunId,
  VerdictId,
} from '@agon/domain';
import type { PromptMaterial, SelfNamingSpan } from './content-store.ts';
import type { ExportedParts } from './export-store.ts';

export type BattleSort = (typeof BATTLE_SORTS)[number];
export type BattleAgreement = (typeof AGREEMENTS)[number];

export type BattleFilter = {
  /** Somewhere in a prompt or an answer, as it stands, whatever the case. */
  readonly text?: string | undefined;
  readonly outcome?: (typeof BATTLE_OUTCOMES)[number] | undefined;
  readonly agreement?: BattleAgreement | undefined;
  /** Why the judge has no outcome, in some order. */
  readonly unscored?: string | undefined;
  readonly category?: string | undefined;
  readonly language?: string | undefined;
  /** Names; of two, both are in the battle. */
  readonly models: readonly string[];
  /** Pseudonym, as `RaterStore` gives it. */
  readonly voter?: string | undefined;
  /** With a verdict of this run. */
  readonly run?: RunId | undefined;
  readonly hasNote?: boolean | undefined;
  /** Some vote on it is in quarantine. */
  readonly isQuarantined?: boolean | undefined;
};

/** Whose verdicts stand beside the votes: identity of the judge, and the model that it asked. */
type JudgeChoice = { readonly identity: string; readonly model: string | null };

export type BattleQuery = {
  readonly filter: BattleFilter;
  readonly sort: BattleSort;
  /** Null: the run's of the filter, or the one with most verdicts. */
  readonly judge: JudgeChoice | null;
};

export type ListedJudge = {
  readonly name: string;
  readonly identity: string;
  readonly model: string;
  readonly verdicts: number;
  /** A rule without a model. */
  readonly isControl: boolean;
};

/** What one judge says: an outcome, or why there is none, with answer a first, with b first, and in no known order. */
export type ListedVerdict = {
  readonly judge: Pick<ListedJudge, 'name' | 'identity' | 'model'>;
  readonly ab: string | null;
  readonly ba: string | null;
  readonly other: string | null;
  /** All orders together: an outcome, `changed` or `unscored`. */
  readonly decided: Outcome | 'changed' | 'unscored';
  readonly agreement: BattleAgreement | null;
};

export type ListedBattle = {
  readonly id: BattleId;
  readonly promptKey: string | null;
  /** The first words of the prompt; null: the campaign does not hold it. */
  readonly promptHead: string | null;
  readonly category: string | null;
  readonly language: string | null;
  /** Turns that were shown; null: not known. */
  readonly turns: number | null;
  readonly models: BySlot<string>;
  /** Votes that count. */
  readonly votes: Readonly<Record<Outcome, number>>;
  readonly outcome: Outcome | 'split' | null;
  /** Votes that stand and that boards leave out. */
  readonly excluded: number;
  readonly notes: number;
  readonly lastVoteMs: EpochMs | null;
  readonly verdicts: readonly ListedVerdict[];
};

type BattlePage = {
  readonly items: readonly ListedBattle[];
  /** For the page after this one; null: it is the last. */
  readonly next: string | null;
  readonly judges: readonly ListedJudge[];
  readonly judge: ListedJudge | null;
  /** Of all battles of the campaign, by name. */
  readonly models: readonly string[];
  readonly categories: readonly string[];
  readonly languages: readonly string[];
  /** When what the list is made from was read. */
  readonly asOfMs: EpochMs;
};

/** How many battles each further filter would leave. */
type BattleCounts = {
  readonly all: number;
  readonly found: number;
  readonly agreements: Readonly<Record<BattleAgreement, number>>;
  readonly withNote: number;
  readonly quarantined: number;
};

type BattlePlace = {
  /** From 1; null: the filter does not find this battle. */
  readonly position: number | null;
  readonly previous: BattleId | null;
  readonly next: BattleId | null;
};

/** What happened to one vote after it was cast. */
export type VoteChange = {
  readonly kind: 'undo' | 'recast' | 'annotate';
  readonly outcome: Outcome | null;
  readonly afterReveal: boolean;
  readonly atMs: EpochMs;
};

export type BattleVote = {
  readonly id: string;
  /** Pseudonym; null: an imported row that names nobody. */
  readonly voter: string | null;
  /** As it stands, in the slots of the page. */
  readonly outcome: Outcome;
  readonly firstOutcome: Outcome;
  readonly state: 'counted' | 'quarantined' | 'undone' | 'changed_after_reveal';
  readonly reason: string | null;
  readonly isImported: boolean;
  /** Name of the first file of its import. */
  readonly source: string | null;
  readonly shownMs: number | null;
  readonly tags: { readonly a: readonly string[]; readonly b: readonly string[] } | null;
  readonly note: string | null;
  readonly weight: number;
  readonly atMs: EpochMs | null;
  readonly changes: readonly VoteChange[];
};

export type BattleVerdict = {
  readonly id: VerdictId;
  readonly judge: string;
  readonly identity: string;
  readonly isControl: boolean;
  readonly model: string;
  /** In the slots of the page. */
  readonly order: 'ab' | 'ba' | 'reconciled' | 'unknown';
  readonly repeat: number;
  readonly outcome: Outcome | null;
  readonly unscored: string | null;
  /** Slot a's share of the point, 0..1, where the judge says it finer than the outcome does. */
  readonly shareA: number | null;
  readonly parser: string | null;
  readonly run: RunId | null;
  readonly standing: string | null;
  readonly isImported: boolean;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly costUsd: number | null;
  readonly latencyMs: number | null;
  /** The end of what the judge wrote; null: there is no reply. */
  readonly replyEnd: string | null;
  readonly atMs: EpochMs | null;
};

/** How an answer came to be, where a run made it. */
type AnswerOrigin = {
  readonly run: RunId;
  readonly provider: string;
  readonly model: string;
  readonly config: Readonly<Record<string, unknown>>;
};

export type BattleAnswer = {
  readonly model: string;
  /** Null: the campaign does not hold the text. */
  readonly turns: readonly string[] | null;
  readonly selfNaming: readonly (readonly SelfNamingSpan[])[];
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly origin: AnswerOrigin | null;
};

export type BattleRecord = {
  readonly id: BattleId;
  readonly promptId: PromptId | null;
  readonly promptKey: string | null;
  /** Null: the campaign does not hold the text. */
  readonly prompt: readonly string[] | null;
  readonly material: PromptMaterial;
  readonly category: string | null;
  readonly language: string | null;
  readonly turns: number | null;
  readonly answers: BySlot<BattleAnswer>;
  /** Every battle about these two answers, the first one first. */
  readonly battles: readonly {
    readonly id: BattleId;
    readonly origin: 'draw' | 'import' | 'judge';
    readonly state: 'issued' | 'voted' | 'skipped' | 'expired' | 'kept';
    readonly drawProbability: number | null;
    readonly skipReason: string | null;
    readonly atMs: EpochMs;
  }[];
  /** Oldest first; those without a time before all others. */
  readonly votes: readonly BattleVote[];
  readonly verdicts: readonly BattleVerdict[];
};

/** What one verdict was read from. */
export type VerdictSource = {
  readonly verdict: VerdictId;
  readonly run: RunId;
  readonly replyId: number;
  readonly callId: number;
  /** 1: the reply to being asked again. */
  readonly attempt: 0 | 1;
  readonly call: { readonly target: string; readonly order: string; readonly repeat: number };
  readonly texts: readonly string[];
  readonly reasoning: string | null;
  readonly finishReason: string | null;
  readonly requestHash: string | null;
  /** As the server named them. */
  readonly model: string | null;
  readonly fingerprint: string | null;
};

/**
 * Battles for researchers to read: what people and judges say of each. All battles of a campaign about the same two
 * answers are listed as one, under the id of the first of them. Lists come from summaries that are made when
 * somebody looks; of a large campaign they may be as old as `asOfMs` says, while new ones are made.
 * Every list throws ArenaError('invalid_request') for a judge, model or cursor that is not there, and for a search that
 * takes the database longer than it may.
 */
export interface BattleBrowser {
  list(
    campaign: CampaignId,
    query: BattleQuery,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<BattlePage>;
  /** Null: it took longer than it may. */
  count(campaign: CampaignId, query: BattleQuery): Promise<BattleCounts | null>;
  /** Everything that the filter finds, in the order of the list, some thousand at a time. */
  rows(campaign: CampaignId, query: BattleQuery): ExportedParts<ListedBattle>;
  /** Where a battle is in a list. */
  place(campaign: CampaignId, query: BattleQuery, battle: BattleId): Promise<BattlePlace>;
  /** Under the id of any battle of the group; null: the campaign has none with this id. */
  find(campaign: CampaignId, battle: string): Promise<BattleRecord | null>;
  /** Null: no verdict of this battle, or none with a reply. */
  source(campaign: CampaignId, battle: string, verdict: string): Promise<VerdictSource | null>;
}
