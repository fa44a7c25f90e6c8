import type { Board, ModelRatingJson, Unified } from '@agon/contract';
import type { CampaignId, EpochMs, SnapshotId } from '@agon/domain';

export type ScoreRecord = {
  readonly model: string;
  readonly benchmark: string;
  readonly score: number;
  readonly n: number | null;
  readonly source: string;
};

export type BenchmarkRecord = {
  readonly name: string;
  readonly title: string;
  readonly chance: number | null;
};

export type SnapshotRecord = {
  readonly id: SnapshotId;
  readonly campaign: string;
  readonly title: string;
  readonly atMs: EpochMs;
  readonly votes: number;
  readonly verdicts: number;
};

/** What tells a kept snapshot from a changed one. */
type SnapshotSeal = {
  /** Shape of what was kept. */
  readonly version: number;
  /** Of board and unified ranking in canonical JSON, hex. */
  readonly sha256: string;
  readonly signature: string;
};

/** What a snapshot says of all models, without the rest of it. */
export type KeptRatings = {
  readonly snapshot: SnapshotRecord;
  readonly query: Board['query'];
  readonly people: readonly ModelRatingJson[];
  readonly judges: readonly ModelRatingJson[];
};

export interface BoardStore {
  scores(
    campaign: CampaignId,
  ): Promise<{ readonly benchmarks: readonly BenchmarkRecord[]; readonly scores: readonly ScoreRecord[] }>;
  /** Models that win rates are against: those of the first snapshot that has a panel; null: none has. */
  panel(
    campaign: CampaignId,
  ): Promise<{ readonly models: readonly string[]; readonly since: SnapshotId } | null>;
  keep(
    snapshot: SnapshotRecord & {
      readonly campaignId: CampaignId;
      readonly by: string | null;
      readonly seal: SnapshotSeal;
    },
    board: Board,
    unified: Unified,
  ): Promise<void>;
  listSnapshots(
    campaign: CampaignId,
    page: { readonly after: SnapshotId | null; readonly limit: number },
  ): Promise<readonly SnapshotRecord[]>;
  /** `seal` null: kept before there were seals. */
  findSnapshot(id: SnapshotId): Promise<{
    readonly snapshot: SnapshotRecord;
    readonly board: Board;
    readonly unified: Unified;
    readonly seal: SnapshotSeal | null;
  } | null>;
  /** The newest snapshots, newest first. */
  keptRatings(campaign: CampaignId, limit: number): Promise<readonly KeptRatings[]>;
}
