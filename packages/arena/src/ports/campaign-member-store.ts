import type { CampaignRole } from '@agon/contract';
import type { CampaignId, EpochMs, UserId } from '@agon/domain';

/** Whose campaigns are looked at: a researcher's own and those of the arena, or all. */
export type Viewer = UserId | 'all';

export type CampaignMember = {
  readonly user: UserId;
  readonly name: string;
  readonly email: string;
  readonly role: CampaignRole;
  readonly addedAtMs: EpochMs;
};

/** Every campaign that has members keeps an owner among them. */
export interface CampaignMemberStore {
  /**
   * What a researcher may do in campaigns, by slug; those where they are as any visitor are left out. A campaign that
   * nobody signed in made and that has no members belongs to the arena: every researcher is an editor.
   */
  rolesOf(user: UserId, slugs: readonly string[]): Promise<ReadonlyMap<string, CampaignRole>>;
  /** The first ones first; `after` is the last one of the page before. */
  list(
    campaign: CampaignId,
    page: { readonly after: UserId | null; readonly limit: number },
  ): Promise<readonly CampaignMember[]>;
  /** A new member. Null where the person is one already; `no_owner` where the campaign would have members and no owner. */
  add(
    campaign: CampaignId,
    user: UserId,
    role: CampaignRole,
    added: { readonly by: UserId | null; readonly atMs: EpochMs },
  ): Promise<CampaignMember | 'no_owner' | null>;
  /** Null where the person is no member; `no_owner` as for `add`. */
  changeRole(
    campaign: CampaignId,
    user: UserId,
    role: CampaignRole,
  ): Promise<CampaignMember | 'no_owner' | null>;
  /** The member that left. Null where the person is no member; `no_owner` as for `add`. */
  remove(campaign: CampaignId, user: UserId): Promise<CampaignMember | 'no_owner' | null>;
}
