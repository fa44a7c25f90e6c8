import type { EpochMs, RunId } from '@agon/domain';
import type { SnapshotRecord } from './board-store.ts';
import type { Viewer } from './campaign-member-store.ts';

type Place = { readonly campaign: string; readonly title: string };

/** Facts over all campaigns that one may view, for the first page of a researcher. */
export interface OverviewStore {
  /** Runs that are not over, paused ones too, and those that ended since `sinceMs`; newest first. Those of no campaign are everybody's. */
  runsSince(viewer: Viewer, sinceMs: EpochMs, limit: number): Promise<readonly RunId[]>;
  /** Open campaigns with their votes, and how many votes each model has; 0 included. */
  openCampaigns(viewer: Viewer): Promise<
    readonly (Place & {
      readonly votes: number;
      readonly target: number | null;
      readonly models: readonly { readonly model: string; readonly votes: number }[];
    })[]
  >;
  excludedVotes(viewer: Viewer): Promise<readonly (Place & { readonly count: number })[]>;
  snapshots(viewer: Viewer, limit: number): Promise<readonly SnapshotRecord[]>;
}
