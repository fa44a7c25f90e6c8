import type { Campaign, CampaignProgress, CampaignSettings } from '@agon/contract';
import type { CampaignId, EpochMs, UserId } from '@agon/domain';
import type { Viewer } from './campaign-member-store.ts';

export type CampaignRecord = {
  readonly id: CampaignId;
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly attribution: string | null;
  readonly state: Campaign['state'];
  readonly settings: CampaignSettings;
  readonly createdAtMs: EpochMs;
};

export type CampaignChange = Partial<Pick<CampaignRecord, 'title' | 'description' | 'state' | 'settings'>>;

export interface CampaignStore {
  find(slug: string): Promise<CampaignRecord | null>;
  findById(id: CampaignId): Promise<CampaignRecord | null>;
  /** Newest first; `after` is the id of the last one of the page before. */
  list(page: {
    /** Open and closed campaigns, and the drafts that this one may see; null: none. */
    readonly draftsOf: Viewer | null;
    readonly after: CampaignId | null;
    readonly limit: number;
  }): Promise<readonly CampaignRecord[]>;
  /** `by` becomes its owner; null: it belongs to the arena. @throws ArenaError('already_exists') where the slug is taken */
  create(campaign: CampaignRecord, by: UserId | null): Promise<void>;
  change(id: CampaignId, change: CampaignChange): Promise<CampaignRecord>;
  counts(ids: readonly CampaignId[]): Promise<ReadonlyMap<CampaignId, Campaign['counts']>>;
  /** Votes and verdicts only, at the cost of a look: asked for once a second while a board is watched. */
  comparisonCounts(id: CampaignId): Promise<Pick<Campaign['counts'], 'votes' | 'verdicts'>>;
  progress(id: CampaignId, nowMs: EpochMs): Promise<CampaignProgress>;
}
