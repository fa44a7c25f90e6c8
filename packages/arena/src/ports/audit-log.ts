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
}
