// More than 400 lines: one port, and the words of runs, calls, readings and histories that it is made of.
import type {
  AnswerId,
  BySlot,
  CampaignId,
  EpochMs,
  ModelId,
  Outcome,
  PromptId,
  ProviderId,
  RunId,
} from '@agon/domain';
import type { Viewer } from './campaign-member-store.ts';
import type { PromptMaterial } from './content-store.ts';
import type { CallFault, CallFaultReason, ModelReply } from './model-client.ts';
import type { ProviderCapabilities } from './provider-store.ts';

export type RunKindName = 'verdicts' | 'answers' | 'probe' | 'trial' | 'drift';
/** `paused` and `failed` runs can be resumed; `done` and `cancelled` ones only asked for what failed. */
export type RunState = 'queued' | 'running' | 'paused' | 'done' | 'cancelled' | 'failed';

/**
 * Whether boards count the verdicts of a run: `counted` ones once the run has ended; `suspect` ones only when somebody
 * admits them; `admitted` and `excluded` is what people decided, and stays.
 */
export type RunStanding = 'counted' | 'suspect' | 'admitted' | 'excluded';

/** What a list of runs is narrowed by, beside who looks. */
export type RunFilter = {
  readonly campaignId?: CampaignId | undefined;
  readonly kind?: RunKindName | undefined;
  /** `open`: queued or running; `suspect`: of verdicts that boards leave out until somebody admits them. */
  readonly state?: RunState | 'open' | 'suspect' | undefined;
  /** Runs of campaigns that this one may view, and of none. */
  readonly viewer: Viewer;
};

/** How many runs of a kind are in a state. */
export type RunTally = {
  readonly kind: RunKindName;
  readonly state: RunState;
  readonly isSuspect: boolean;
  readonly count: number;
};

/** How fast a run goes and why, as its worker said last. */
export type RunPace = {
  readonly inFlight: number;
  /** Calls that may be in flight now. */
  readonly limit: number;
  /** Replies in a second, over the last seconds. */
  readonly perSecond: number;
  readonly rateLimited: number;
  /** Median of the last replies; null: none yet. */
  readonly latencyMs: number | null;
  /** Nothing is asked before; null: going. */
  readonly restingUntilMs: EpochMs | null;
  readonly atMs: EpochMs;
};

/** A stretch of time in which a run was worked on. */
export type RunPoint = {
  /** When it begins. */
  readonly atMs: EpochMs;
  /** How much of it the run was worked on, milliseconds. */
  readonly workedMs: number;
  readonly replies: number;
  /** Calls that the provider turned away because it was asked too often. */
  readonly turnedAway: number;
  /** Most calls in flight at one moment that was looked at. */
  readonly inFlight: number;
  /** Most calls that were allowed in flight. */
  readonly limit: number;
};

/** A limit as the provider's replies tell it. */
export type KnownLimit = {
  readonly of: 'requests' | 'tokens';
  readonly allowed: number;
  readonly left: number;
  /** What the limit is counted over, milliseconds, from how long it takes to be whole again; null: it does not say. */
  readonly windowMs: number | null;
  readonly atMs: EpochMs;
};

/** What a run went through, whoever worked on it: bounded, and kept when it has ended. */
export type RunHistory = {
  /** Length of a point; it doubles as the run becomes long. */
  readonly stepMs: number;
  /** Oldest first. */
  readonly points: readonly RunPoint[];
  readonly turnedAway: {
    readonly calls: number;
    /** Calls turned away one soon after the other are one burst. */
    readonly bursts: number;
    readonly lastMs: EpochMs | null;
    /** Calls that were asked again before the time that the provider had named. */
    readonly early: number;
    /** Between a call that was turned away and the same call asked again, milliseconds. */
    readonly longestWaitMs: number;
  };
  readonly limits: readonly KnownLimit[];
};

/** USD for a million tokens. */
export type RunPrices = {
  readonly input: number;
  /** Of prompt tokens that were cached; null: as the others. */
  readonly cached: number | null;
  readonly output: number;
  /** Where the prices come from, for people. */
  readonly from: string;
};

/** Calls of a run that were sent to a provider's batch endpoint together. */
export type BatchRecord = {
  readonly id: number;
  /** The provider's own id; null: written down, and not known to be sent. */
  readonly remoteId: string | null;
  readonly inputFile: string | null;
  readonly state: 'sending' | 'waiting' | 'collected' | 'ended';
  /** As the provider says it. */
  readonly remoteState: string | null;
  readonly calls: number;
  readonly createdAtMs: EpochMs;
  readonly checkedAtMs: EpochMs | null;
};

/** What is sent in batches. A batch is written down before it is sent, so that a crash loses none. */
export interface BatchStore {
  /** Does `work` while nobody else works on batches of this run, here or elsewhere. @returns null where somebody does */
  alone<Result>(run: RunId, work: () => Promise<Result>): Promise<Result | null>;
  /** Those whose replies are not stored yet, oldest first. */
  open(run: RunId): Promise<readonly BatchRecord[]>;
  /** One transaction: a batch, and these calls are in it. Calls whose lease has passed on are left out. */
  begin(run: RunId, calls: readonly LeasedCall[], nowMs: EpochMs, untilMs: EpochMs): Promise<BatchRecord>;
  /** It was tried and something was in the way: the next look counts from then. */
  touch(id: number, atMs: EpochMs): Promise<void>;
  noteFile(id: number, file: string): Promise<void>;
  noteRemote(id: number, remoteId: string, remoteState: string, nowMs: EpochMs): Promise<void>;
  /** Calls of the batch that have not ended. */
  callsOf(id: number): Promise<readonly LeasedCall[]>;
  /** One transaction: nothing more is expected of it, and its calls that have not ended return to the pool. */
  end(id: number, state: 'collected' | 'ended', remoteState: string | null, nowMs: EpochMs): Promise<void>;
}

export type NewRun = {
  readonly id: RunId;
  readonly kind: RunKindName;
  readonly campaignId: CampaignId | null;
  readonly providerId: ProviderId;
  /** As the provider knows it; empty: the first that it lists. */
  readonly model: string;
  /** What is asked, for people: the judge's name, `answers`, … */
  readonly subject: string;
  /** The kind's own. JSON-safe. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Calls in flight at most. */
  readonly concurrency: number;
  readonly budgetUsd: number | null;
  /** What its calls cost where the provider does not say; null: not known. */
  readonly prices?: RunPrices | null;
  readonly seed: number;
  readonly by: string | null;
  /** Default: `counted`. */
  readonly standing?: Exclude<RunStanding, 'suspect'>;
  readonly atMs: EpochMs;
};

export type RunRecord = Omit<NewRun, 'atMs' | 'standing' | 'prices'> & {
  readonly standing: RunStanding;
  /** Why it is suspect, or what somebody said who admitted or excluded it. */
  readonly standingReason: string | null;
  /** Who admitted or excluded it; null: nobody, or the owner of the data folder. */
  readonly standingBy: string | null;
  readonly prices: RunPrices | null;
  /** Slug and title; null where the run belongs to none. */
  readonly campaign: string | null;
  readonly campaignTitle: string | null;
  readonly provider: string;
  readonly baseUrl: string;
  readonly state: RunState;
  /** Why it is paused or failed. */
  readonly error: string | null;
  readonly pace: RunPace | null;
  readonly startedAtMs: EpochMs;
  readonly finishedAtMs: EpochMs | null;
};

export type NewCall = {
  /** What is asked about, in the kind's own words: a battle's id, a prompt's id, the name of a probe. */
  readonly target: string;
  /** `ab`, `ba`, or another permutation of what the target shows; empty where it has no order. */
  readonly order: string;
  /** From 1. */
  readonly repeat: number;
};

export type LeasedCall = NewCall & {
  readonly id: number;
  /** Times that it was leased, this one included: a lease that passed to another worker has a higher one. */
  readonly attempts: number;
  /** Passing faults it met, rate limits left out. */
  readonly faults: number;
  /** Where it was turned away the last time: when, and before which time it was not to be asked again. */
  readonly turnedAway?: { readonly atMs: EpochMs; readonly notBeforeMs: EpochMs };
};

/** What a parser found in a reply, or in the lack of one. */
export type Reading =
  | {
      readonly type: 'verdict';
      readonly judgeId: string;
      readonly battleId: string;
      readonly outcome: Outcome | null;
      /** P(a is better), 0..1, where the judge said more than an outcome. */
      readonly shareA: number | null;
      readonly unscored: string | null;
    }
  /** Of answers rather than of battles; verdicts follow where both answers of a battle have all of theirs. */
  | {
      readonly type: 'scores';
      readonly judgeId: string;
      /** The criterion, or the item of a checklist; empty: the whole answer. */
      readonly part: string;
      /** In which order which answers were shown; empty: one alone. */
      readonly order: string;
      readonly unscored: string | null;
      /** `value` 0..1, more is better; null: unscored. */
      readonly answers: readonly { readonly answerId: AnswerId; readonly value: number | null }[];
    }
  | {
      readonly type: 'answer';
      readonly promptId: PromptId;
      readonly modelId: ModelId;
      readonly turns: readonly string[];
    }
  | { readonly type: 'capability'; readonly found: ProviderCapabilities };

/** What a kind reads. `label` is what runs count: an outcome, or why there is none. */
export type Read = {
  readonly label: string;
  /** Null: the reply holds nothing to keep beyond itself. */
  readonly reading: Reading | null;
  /** The reply cannot be read, and the kind asks once more before it is taken for unread. */
  readonly mayAskAgain?: boolean;
};

/** How a call that was asked ended. */
export type Settled =
  | {
      readonly kind: 'reply';
      readonly call: LeasedCall;
      readonly reply: ModelReply;
      /** One of before that could not be read; kept with what it cost. */
      readonly earlier?: ModelReply;
      readonly read: Read;
      readonly atMs: EpochMs;
    }
  /** Nobody had to be asked. */
  | { readonly kind: 'unasked'; readonly call: LeasedCall; readonly read: Read; readonly atMs: EpochMs }
  /** Given up; it can be asked for again by `retryFailed`. */
  | {
      readonly kind: 'failed';
      readonly call: LeasedCall;
      readonly fault: CallFault;
      readonly read: Read;
      readonly atMs: EpochMs;
    }
  /** Back to the pool. `fault` null: the worker stopped. */
  | {
      readonly kind: 'again';
      readonly call: LeasedCall;
      readonly fault: CallFault | null;
      readonly notBeforeMs: EpochMs;
      readonly atMs: EpochMs;
    };

export type RunCounts = {
  readonly total: number;
  readonly pending: number;
  readonly inFlight: number;
  readonly done: number;
  readonly failed: number;
  /** Times that a call was asked. */
  readonly sent: number;
  /** Calls that were done without being asked. */
  readonly unasked: number;
  readonly retried: number;
  /** Calls of each label. Probes are left out. */
  readonly results: Readonly<Record<string, number>>;
  /** Of them those that have a reply, with the last turn of the newest and its time. */
  readonly replies: Readonly<
    Record<string, { readonly count: number; readonly example: string; readonly lastAtMs: EpochMs }>
  >;
  /** Probes left out. */
  readonly targets: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** Of the completion tokens. */
  readonly reasoningTokens: number;
  readonly costUsd: number | null;
  /** Some of the cost was computed from tokens and prices. */
  readonly costEstimated: boolean;
  /** Oldest first. */
  readonly batches: readonly BatchRecord[];
  /** Calls without a reply, by reason, with one example each. */
  readonly faults: readonly {
    readonly reason: CallFaultReason;
    /** `done`: a fault that passed. */
    readonly state: 'pending' | 'failed' | 'done';
    readonly count: number;
    readonly example: string;
    /** Of the newest; null: before this was kept. */
    readonly lastAtMs: EpochMs | null;
  }[];
};

/** How often a target was read so in one order and so in the other; null: not read (yet). */
export type OrderCount = { readonly ab: string | null; readonly ba: string | null; readonly count: number };

/** How replies to one probe of a judge were read, counted; see `planProbes`. */
export type ProbeCount = {
  readonly probe: 'identical' | 'null_model' | 'planted_verdict' | 'repeat';
  /** The battle's slot whose answer was replaced, or holds the planted verdict; null: none. */
  readonly slot: 'a' | 'b' | null;
  /** What was read; of scores the value that the answer got, 0..1. */
  readonly label: string;
  /** How the battle or the answer itself was read in the same order; null: not (yet). */
  readonly basis: string | null;
  readonly count: number;
};

export type StoredReply = NewCall & {
  readonly callId: number;
  readonly replyId: number;
  readonly label: string;
  readonly atMs: EpochMs;
  readonly reply: Pick<ModelReply, 'texts' | 'reasoning' | 'finishReason' | 'logprobs'>;
};

/** A verdict of a run with the texts that it is about, and the reply that it stands on. */
export type BundledVerdict = {
  readonly seq: number;
  readonly order: 'ab' | 'ba';
  readonly repeat: number;
  /** Names. */
  readonly models: BySlot<string>;
  readonly prompt: readonly string[];
  readonly category: string | null;
  readonly language: string | null;
  readonly material: PromptMaterial;
  /** Turns that were shown; null: all. */
  readonly turns: number | null;
  readonly answers: BySlot<readonly string[]>;
  readonly outcome: Outcome | null;
  readonly unscored: string | null;
  readonly shareA: number | null;
  /** Replies to the same call that came before. */
  readonly earlierReplies: number;
  /** Null: nothing was asked, or nothing came. */
  readonly reply:
    | (Pick<ModelReply, 'texts' | 'reasoning' | 'finishReason' | 'logprobs' | 'model' | 'fingerprint'> & {
        readonly callId: number;
        /** What the call was about. */
        readonly target: string;
      })
    | null;
};

export interface RunStore {
  /** Pairwise verdicts of a run, oldest first; `after`: `seq` of the last of the page before. */
  bundledVerdicts(id: RunId, after: number, limit: number): Promise<readonly BundledVerdict[]>;
  /** One transaction: the run, queued, and its calls; of calls that are the same, one. @returns calls */
  create(run: NewRun, calls: readonly NewCall[]): Promise<number>;
  find(id: RunId): Promise<RunRecord | null>;
  /** Newest first. */
  list(
    filter: RunFilter,
    page: { readonly after: RunId | null; readonly limit: number },
  ): Promise<readonly RunRecord[]>;
  /** Runs of one campaign, or of all that one may view, by kind and state; only what there is. */
  tally(filter: Pick<RunFilter, 'campaignId' | 'viewer'>): Promise<readonly RunTally[]>;
  counts(id: RunId): Promise<RunCounts>;
  /** The same of many runs, by as many queries as of one. Runs that are not there have no entry. */
  countsOf(ids: readonly RunId[]): Promise<ReadonlyMap<RunId, RunCounts>>;
  /** What the run went through; null: nothing of it was kept. */
  history(id: RunId): Promise<RunHistory | null>;
  orderCounts(id: RunId): Promise<readonly OrderCount[]>;
  probeCounts(id: RunId): Promise<readonly ProbeCount[]>;
  /** Verdicts of a run that follow from scores, by outcome. */
  derivedCounts(id: RunId): Promise<Readonly<Record<string, number>>>;
  /** Takes up to `count` calls until `untilMs`; calls whose lease ran out return to the pool. */
  lease(run: RunId, count: number, nowMs: EpochMs, untilMs: EpochMs): Promise<readonly LeasedCall[]>;
  /** Returns the calls of workers that are gone to the pool, before their leases run out. @returns how many */
  reclaim(run: RunId): Promise<number>;
  /** Keeps calls that are still held by these leases. */
  renew(calls: readonly LeasedCall[], untilMs: EpochMs): Promise<void>;
  /** When the next call of the pool, or of a lease, is due; null where every call has ended. */
  nextDue(run: RunId): Promise<EpochMs | null>;
  /**
   * One transaction for all: replies, readings and the ends of calls. A reply that comes after its lease passed on and
   * the call has ended is kept with what it cost, and not read. `again` does nothing where the lease has passed on.
   */
  settle(run: RunRecord, parser: string, settled: readonly Settled[]): Promise<void>;
  /** What the run has cost so far; null: no provider said so. */
  spent(id: RunId): Promise<number | null>;
  /**
   * How long replies are: of answer runs of this model, in tokens, and of the campaign's answers, in characters; means of
   * the newest, null where there are none.
   */
  typicalReply(
    model: string,
    campaign: CampaignId,
  ): Promise<{ readonly completionTokens: number | null; readonly answerCharacters: number | null }>;
  /** How long a judge's replies are, in tokens: of this model, else of any; the mean of the newest, null where there are none. */
  typicalVerdictTokens(judge: string, model: string): Promise<number | null>;
  /** @param history with what was added to it; missing: as it is */
  setPace(id: RunId, pace: RunPace, history?: RunHistory): Promise<void>;
  /** Makes what answers came visible to voters and boards. */
  publishAnswers(campaign: CampaignId): Promise<void>;
  /**
   * Moves a run on, if it is in one of `from`; `error` null forgets the one of before. Boards read the verdicts of a run
   * anew that ends, or goes on.
   * @returns whether it moved
   */
  move(
    id: RunId,
    from: readonly RunState[],
    to: RunState,
    error: string | null,
    nowMs: EpochMs,
  ): Promise<boolean>;
  setBudget(id: RunId, budgetUsd: number): Promise<void>;
  /**
   * Changes whether boards count what the run brought, if it is in one of `from`; boards that hold its verdicts read them
   * anew.
   * @returns whether anything changed
   */
  setStanding(
    id: RunId,
    from: readonly RunStanding[],
    to: {
      readonly standing: RunStanding;
      readonly reason: string | null;
      readonly by: string | null;
    },
  ): Promise<boolean>;
  /** Failed calls return to the pool; with a reason, those alone that were given up for it. @returns how many */
  retryFailed(id: RunId, reason?: CallFaultReason): Promise<number>;
  /** Runs that are queued or running: what a worker looks for when the queue told it nothing. */
  open(): Promise<readonly RunId[]>;
  /**
   * Replies that calls of the run stand on, oldest first; `after`: the last id of the page before. Those from before the
   * ledger are left out: their nonces were not kept.
   * @param label only those that are read so, probes left out
   */
  replies(id: RunId, after: number, limit: number, label?: string): Promise<readonly StoredReply[]>;
  /** Puts new readings of stored replies in the place of the old ones, in one transaction. */
  reread(
    run: RunRecord,
    parser: string,
    readings: readonly { readonly stored: StoredReply; readonly read: Read }[],
  ): Promise<void>;
}

/** Tells workers that a run waits. A hint: the rows are the truth. */
export interface RunQueue {
  announce(run: RunId): Promise<void>;
}
