import type { CampaignMember, CampaignMemberStore } from '@agon/arena';
import type { CampaignRole } from '@agon/contract';
import type { CampaignId, UserId } from '@agon/domain';
import type { TransactionSql } from 'postgres';
import type { Database, Sql } from './connect.ts';
import { belongsToArena } from './viewable-campaigns.ts';

type MemberRow = {
  readonly user_id: string;
  readonly name: string;
  readonly email: string;
  readonly role: CampaignRole;
  readonly at: Date;
};

export function createCampaignMemberStore({ sql }: Database): CampaignMemberStore {
  return {
    async rolesOf(user, slugs) {
      const rows = await sql<{ slug: string; role: CampaignRole }[]>`
        select c.slug, coalesce(m.role, 'editor') as role from campaigns c
        left join campaign_members m on m.campaign_id = c.id and m.user_id = ${user}
        where c.slug = any(${[...slugs]}) and (m.role is not null or ${belongsToArena(sql)})`;
      return new Map(rows.map(({ slug, role }) => [slug, role]));
    },

    async list(campaign, { after, limit }) {
      const rows = await sql<MemberRow[]>`
        select m.user_id, u.name, u.email, m.role, m.at from campaign_members m join users u on u.id = m.user_id
        where m.campaign_id = ${campaign} ${
          after === null
            ? sql``
            : sql`and (m.at, m.user_id) > (
                select at, user_id from campaign_members where campaign_id = ${campaign} and user_id = ${after})`
        }
        order by m.at, m.user_id limit ${limit}`;
      return rows.map(toMember);
    },

    add: (campaign, user, role, { by, atMs }) =>
      changeMembers(sql, campaign, async (tx) => {
        const rows = await tx`
          insert into campaign_members (campaign_id, user_id, role, added_by, at)
          values (${campaign}, ${user}, ${role}, ${by}, ${new Date(atMs)}) on conflict do nothing returning user_id`;
        return rows.length === 0 ? null : memberOf(tx, campaign, user);
      }),

    changeRole: (campaign, user, role) =>
      changeMembers(sql, campaign, async (tx) => {
        await tx`update campaign_members set role = ${role} where campaign_id = ${campaign} and user_id = ${user}`;
        return memberOf(tx, campaign, user);
      }),

    remove: (campaign, user) =>
      changeMembers(sql, campaign, async (tx) => {
        const member = await memberOf(tx, campaign, user);
        await tx`delete from campaign_members where campaign_id = ${campaign} and user_id = ${user}`;
        return member;
      }),
  };
}

/** Undoes what `change` did where it leaves no owner. One at a time a campaign: two owners may step down at once. */
async function changeMembers(
  sql: Sql,
  campaign: CampaignId,
  change: (tx: TransactionSql) => Promise<CampaignMember | null>,
): Promise<CampaignMember | 'no_owner' | null> {
  try {
    return (await sql.begin(async (tx) => {
      await tx`select 1 from campaigns where id = ${campaign} for no key update`;
      const member = await change(tx);
      const owners = await tx`
        select 1 from campaign_members where campaign_id = ${campaign} and role = 'owner' limit 1`;
      if (member !== null && owners.length === 0) throw NO_OWNER;
      return member;
    })) as CampaignMember | null;
  } catch (error) {
    if (error === NO_OWNER) return 'no_owner';
    throw error;
  }
}

/** Thrown within a transaction, to end it without a trace. */
const NO_OWNER = new Error('a campaign with members needs an owner');

async function memberOf(
  sql: TransactionSql,
  campaign: CampaignId,
  user: UserId,
): Promise<CampaignMember | null> {
  const [row] = await sql<MemberRow[]>`
    select m.user_id, u.name, u.email, m.role, m.at from campaign_members m join users u on u.id = m.user_id
    where m.campaign_id = ${campaign} and m.user_id = ${user}`;
  return row === undefined ? null : toMember(row);
}

function toMember({ user_id: user, name, email, role, at }: MemberRow): CampaignMember {
  return { user: user as UserId, name, email, role, addedAtMs: at.getTime() };
}
