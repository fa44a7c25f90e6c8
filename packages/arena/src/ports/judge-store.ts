import type {
  AnswerId,
  BattleId,
  BySlot,
  CampaignId,
  EpochMs,
  JudgeId,
  JudgeRunId,
  Outcome,
  PromptId,
  VerdictId,
} from '@agon/domain';
import type { Instrument, SlotOrder } from '@agon/judging';

export type JudgeRunState = 'queued' | 'running' | 'done' | 'cancelled' | 'failed';

export type JudgeRunRecord = {
  readonly id: JudgeRunId;
  readonly campaignId: CampaignId;
  readonly campaign: string;
  readonly judgeId: JudgeId;
  readonly judge: string;
  readonly identity: string;
  /** The instrument's file as it was when the run started. */
  readonly source: string;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKeyEnv: string | null;
  readonly concurrency: number;
  readonly budgetUsd: number | null;
  readonly state: JudgeRunState;
  readonly error: string | null;
  readonly startedAtMs: EpochMs;
  readonly finishedAtMs: EpochMs | null;
};

export type NewJudgeRun = {
  readonly id: JudgeRunId;
  readonly campaignId: CampaignId;
  readonly judgeId: JudgeId;
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKeyEnv: string | null;
  readonly orders: 'both' | 'first' | 'random';
  readonly repeat: number;
  readonly limit: number | null;
  readonly concurrency: number;
  readonly budgetUsd: number | null;
  readonly seed: number;
  readonly by: string | null;
  readonly atMs: EpochMs;
};

export type NewJudgeCall = {
  readonly battleId: BattleId;
  readonly order: SlotOrder;
  readonly repeat: number;
};

export type LeasedCall = NewJudgeCall & {
  readonly id: number;
  /** Times that it was leased, this one included. */
  readonly attempts: number;
  readonly promptId: PromptId;
  readonly answers: BySlot<AnswerId>;
  /** Turns that were shown; null: all. */
  readonly turns: number | null;
};

export type NewVerdict = {
  readonly id: VerdictId;
  readonly outcome: Outcome | null;
  readonly unscored: string | null;
  readonly raw: string | null;
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  readonly completionTokens: number | null;
  readonly costUsd: number | null;
  readonly latencyMs: number | null;
  readonly retried: number;
  readonly atMs: EpochMs;
};

/** Counts of a run; everything that its document shows. */
export type JudgeRunCounts = {
  readonly battles: number;
  readonly total: number;
  readonly pending: number;
  readonly sent: number;
  readonly retried: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  readonly unscored: Readonly<Record<string, number>>;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly costUsd: number | null;
  readonly ordered: readonly {
    readonly battle: string;
    readonly order: SlotOrder;
    readonly repeat: number;
    readonly outcome: Outcome;
  }[];
  readonly errors: readonly { readonly reason: string; readonly count: number; readonly example: string }[];
};

export interface JudgeStore {
  /** Stores the instrument under its identity, once. */
  keepJudge(instrument: Instrument): Promise<JudgeId>;
  /** Battles with both answers, one for each two answers and turn: those with votes first, then seeded. */
  battlesToJudge(campaign: CampaignId, seed: number, limit: number | null): Promise<readonly BattleId[]>;
  /** One transaction: the run and its calls, without those that this judge and model have scored before. */
  create(run: NewJudgeRun, calls: readonly NewJudgeCall[]): Promise<number>;
  find(id: JudgeRunId): Promise<JudgeRunRecord | null>;
  list(
    campaign: CampaignId,
    page: { readonly after: JudgeRunId | null; readonly limit: number },
  ): Promise<readonly JudgeRunRecord[]>;
  counts(id: JudgeRunId): Promise<JudgeRunCounts>;
  /** Takes up to `count` calls until `untilMs`; calls whose lease ran out return to the pool. */
  lease(run: JudgeRunId, count: number, nowMs: EpochMs, untilMs: EpochMs): Promise<readonly LeasedCall[]>;
  /** Verdict and completion in one transaction; an unscored verdict of before is replaced. */
  complete(run: JudgeRunRecord, call: LeasedCall, verdict: NewVerdict): Promise<void>;
  /**
   * Back to the pool, not to be taken before `notBeforeMs`. Does nothing where the lease has passed to another worker:
   * each lease is one more attempt.
   */
  release(call: Pick<LeasedCall, 'id' | 'attempts'>, error: string, notBeforeMs: EpochMs): Promise<void>;
  setState(id: JudgeRunId, state: JudgeRunState, error: string | null, nowMs: EpochMs): Promise<void>;
  /** Runs that are queued or running: what a worker looks for when the queue told it nothing. */
  open(): Promise<readonly JudgeRunId[]>;
}

/** Tells workers that a run waits. A hint: the rows are the truth. */
export interface JudgeQueue {
  announce(run: JudgeRunId): Promise<void>;
}

/** The instruments of the folder judges/. */
export interface InstrumentSource {
  all(): Promise<readonly Instrument[]>;
}
