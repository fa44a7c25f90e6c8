import type { CampaignId, EpochMs, RaterId } from '@agon/domain';

export type InvitationRecord = {
  readonly id: string;
  /** For people: whom it is for. */
  readonly label: string;
  /** Voters who came by it, and who may. */
  readonly uses: number;
  readonly mostUses: number;
  readonly createdAtMs: EpochMs;
  readonly revokedAtMs: EpochMs | null;
};

export type NewInvitation = Pick<InvitationRecord, 'id' | 'label' | 'mostUses' | 'createdAtMs'> & {
  readonly tokenHash: string;
  readonly by: string | null;
};

/** Links by which voters come into a campaign that takes invited ones alone. Tokens are kept as hashes. */
export interface InvitationStore {
  add(campaign: CampaignId, invitations: readonly NewInvitation[]): Promise<void>;
  /** Newest first; `after`: the last id of the page before. */
  list(
    campaign: CampaignId,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly InvitationRecord[]>;
  /** Voters who came by it stay. @returns whether there is such a one */
  revoke(campaign: CampaignId, id: string, atMs: EpochMs): Promise<boolean>;
  /** Durable when it resolves; the same voter again takes no second use. However many come at once, no use is taken twice. */
  admit(
    campaign: CampaignId,
    tokenHash: string,
    rater: RaterId,
    atMs: EpochMs,
  ): Promise<'admitted' | 'unknown' | 'used_up'>;
  isAdmitted(campaign: CampaignId, rater: RaterId): Promise<boolean>;
}
