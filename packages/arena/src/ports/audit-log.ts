import type { CampaignId, EpochMs } from '@agon/domain';

/** What researchers and admins did, for those who come after. */
export interface AuditLog {
  record(entry: {
    readonly actor: string;
    readonly action: string;
    readonly campaignId: CampaignId | null;
    readonly details: Readonly<Record<string, unknown>>;
    readonly atMs: EpochMs;
  }): Promise<void>;
  /** Newest first; `after` is the id of the last one of the page before. */
  list(
    campaign: CampaignId,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly AuditRecord[]>;
}

type AuditRecord = {
  readonly id: string;
  /** Name of the person, or the role that acted. */
  readonly actor: string;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly atMs: EpochMs;
};
