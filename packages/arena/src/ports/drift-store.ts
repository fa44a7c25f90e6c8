import type { BattleId, CampaignId, EpochMs, JudgeId, ProviderId, RunId } from '@agon/domain';
import type { VerdictConfig } from '../runs/kinds/run-kind.ts';
import type { Viewer } from './campaign-member-store.ts';
import type { RunPrices, RunState } from './run-store.ts';

/** What is asked again of a judge, its model and a provider in a campaign. */
export type NewDriftSet = {
  readonly id: string;
  readonly campaignId: CampaignId;
  readonly judgeId: JudgeId;
  readonly model: string;
  readonly providerId: ProviderId;
  /** The judge as the runs asked it whose calls these are. */
  readonly config: VerdictConfig;
  readonly prices: RunPrices | null;
  /** Of one check, USD. */
  readonly budgetUsd: number | null;
  readonly seed: number;
  readonly by: string | null;
  readonly createdAtMs: EpochMs;
};

export type DriftSet = NewDriftSet & {
  /** Slug and title of its campaign. */
  readonly campaign: string;
  readonly campaignTitle: string;
  readonly provider: string;
  /** Hours between two checks; null: only when somebody asks. */
  readonly everyHours: number | null;
  readonly nextAtMs: EpochMs | null;
  /** Why the last check by schedule could not start. */
  readonly failure: string | null;
};

/** One call of the set, or of a check, as it was read last. */
export type DriftReading = {
  readonly battleId: BattleId;
  readonly promptId: string;
  readonly order: 'ab' | 'ba';
  /** An outcome in the battle's own slots, or why there is none. */
  readonly label: string;
  /** As the server named them. */
  readonly model: string | null;
  readonly fingerprint: string | null;
  readonly atMs: EpochMs;
};

/** A run that asked the set again. */
export type DriftCheck = {
  readonly run: RunId;
  readonly state: RunState;
  readonly startedAtMs: EpochMs;
  /** Calls with a reply, in no order. */
  readonly readings: readonly DriftReading[];
};

/** A set with all that is known of it. */
export type WatchedSet = {
  readonly set: DriftSet;
  /** What later checks are held against. */
  readonly basis: readonly DriftReading[];
  /** The newest ones, oldest first. */
  readonly checks: readonly DriftCheck[];
  /** Of requests that runs of this judge, model and provider asked twice: how many were read in two ways. */
  readonly repeats: { readonly changed: number; readonly pairs: number };
};

export interface DriftStore {
  /**
   * Draws battles by the seed from those that this judge, model and provider have scored in runs that are done and whose
   * verdicts count: those that were scored in both orders first, then those that people voted on. Their calls are what is
   * asked again. Where the set is there already it stays as it is.
   * @returns null: there is nothing to freeze
   */
  freeze(set: NewDriftSet, battles: number): Promise<DriftSet | null>;
  /** Those that every given field names, oldest first. @param checks newest checks that are read of each */
  watched(
    filter: {
      readonly campaignId?: CampaignId;
      readonly judgeId?: JudgeId;
      readonly model?: string;
      readonly providerId?: ProviderId;
      /** Those of campaigns that this one may view. */
      readonly viewer?: Viewer;
      /** Only sets with a check that ended since. */
      readonly checkedSinceMs?: EpochMs;
    },
    checks: number,
  ): Promise<readonly WatchedSet[]>;
  /** @param everyHours null: not by itself any more */
  schedule(id: string, everyHours: number | null, nextAtMs: EpochMs | null): Promise<void>;
  setBudget(id: string, budgetUsd: number | null, prices: RunPrices | null): Promise<void>;
  /**
   * Sets whose time has come and of which no check is under way; their next time is one interval from now, so that nobody
   * else gets them.
   */
  claimDue(nowMs: EpochMs): Promise<readonly DriftSet[]>;
  /** @param failure null: it started */
  noteStart(id: string, failure: string | null): Promise<void>;
  /** The calls of a check with a verdict become what later checks are held against. */
  rebase(id: string, run: RunId): Promise<void>;
}
