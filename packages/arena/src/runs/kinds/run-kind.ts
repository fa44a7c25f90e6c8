import type { AnswerId, BattleId, PromptId } from '@agon/domain';
import type { AskedForm, ControlJudge, JudgeMode } from '@agon/judging';
import type { BattleSides } from '../../ports/battle-store.ts';
import type { AnswerText, JudgedPrompt } from '../../ports/content-store.ts';
import type { CallFault, ModelReply, ModelRequest } from '../../ports/model-client.ts';
import type { NewCall, Read, RunKindName } from '../../ports/run-store.ts';

/** What a kind's requests are made of: the texts of many calls, read at once. */
export type Material = {
  readonly battles: ReadonlyMap<BattleId, BattleSides>;
  readonly prompts: ReadonlyMap<PromptId, JudgedPrompt>;
  readonly answers: ReadonlyMap<AnswerId, AnswerText>;
};

/** What a reply is read by, now or again later. */
export type ReadableReply = Pick<ModelReply, 'texts' | 'reasoning' | 'finishReason' | 'logprobs'> &
  Partial<Pick<ModelReply, 'promptTokens' | 'reasoningTokens' | 'costUsd' | 'latencyMs' | 'fingerprint'>>;

export type Outcome =
  | { readonly kind: 'reply'; readonly reply: ReadableReply }
  | { readonly kind: 'fault'; readonly fault: CallFault };

/**
 * A kind of run: three pure functions, and what they need to be told. The runner, the store and the pages know no kind.
 * `Config` is what a run was started with; it is stored with the run, so that calls can be rendered and replies read at
 * any time.
 */
export type RunKind<Config> = {
  readonly name: RunKindName;
  /** Name and version of `read`: stamped on every reading. */
  readonly parser: string;
  /** Its calls say nothing about each other: a refusal ends a call, not the run. */
  readonly independent?: boolean;
  /** Labels of replies that were read as they should be; any other one is a problem that people look at. */
  readonly results: readonly string[];
  /** What people are told of how it asks. */
  settings?(config: Config): Readonly<Record<string, string | number | null>>;
  /** What lands is shown on boards, or drawn from by voters. */
  readonly lands?: 'verdicts' | 'answers';
  /** @param targets what the configuration was found to ask about, in the kind's own words */
  plan(config: Config, seed: number, targets: readonly string[]): readonly NewCall[];
  needs?(call: NewCall): {
    readonly battle?: BattleId;
    readonly prompt?: PromptId;
    readonly answers?: readonly AnswerId[];
  };
  /** Whether a run of this configuration asks no model at all. */
  asksNobody?(config: Config): boolean;
  /** What a call comes to without being asked; null: it has to be asked. */
  unasked?(config: Config, call: NewCall, material: Material): Read | null;
  /**
   * @param nonce letters and digits that nobody could know before the run; the same for the same call, always
   * @param attempt 1 where an unreadable reply is asked for again
   * @throws ArenaError('internal') where the material is gone
   */
  render(config: Config, call: NewCall, material: Material, nonce: string, attempt?: number): ModelRequest;
  /** Whether replies cannot be read without the material. */
  readsMaterial?(config: Config): boolean;
  read(config: Config, call: NewCall, outcome: Outcome, nonce: string, material?: Material): Read;
};

export type VerdictConfig = {
  readonly judgeId: string;
  readonly judge: string;
  readonly identity: string;
  /** The judge's whole file; empty: a control judge. */
  readonly source: string;
  readonly control?: ControlJudge | null;
  /** Default: pairwise. */
  readonly mode?: JudgeMode;
  /** Whether the judge may call a tie. */
  readonly mayTie?: boolean;
  /** Of scores: two answers whose means differ by no more than this are a tie, 0..1. */
  readonly margin?: number;
  /** In which form its replies were asked for; missing in runs of before: in plain words. */
  readonly asked?: AskedForm & {
    /** Calls about one target have one nonce; missing in runs of before: each has its own. */
    readonly nonce?: 'target';
  };
  readonly orders: 'both' | 'first' | 'random';
  readonly repeat: number;
  readonly limit: number | null;
};

/** A dry run asks as a run of verdicts does. */
export type TrialConfig = VerdictConfig & {
  /** Battles that were chosen, not drawn. */
  readonly chosen: readonly string[];
  /** In the order of the page. */
  readonly battles: readonly string[];
  readonly isDraft: boolean;
};

/** A check asks what runs of verdicts asked before. */
export type DriftConfig = VerdictConfig & {
  /** The set of calls that is asked again. */
  readonly set: string;
};

export type AnswerConfig = AnswerSettings & {
  readonly modelId: string;
  /** As `hashSettings` has it; missing in runs from before it was kept. */
  readonly settingsHash?: string;
  readonly repeat: number;
  readonly limit: number | null;
};

/** What an answer was asked under: the same text under other settings is another answer. */
export type AnswerSettings = {
  readonly system: string;
  /** Null: the model's own, here as below. */
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly maxTokens: number;
  /** Null: none, or the number of the repeat where a prompt is asked several times. */
  readonly samplingSeed: number | null;
  readonly effort: string | null;
  readonly thinkingBudget: number | null;
};
