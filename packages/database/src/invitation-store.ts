import type { InvitationStore } from '@agon/arena';
import type { Database } from './connect.ts';

type InvitationRow = {
  id: string;
  label: string;
  uses: number;
  most_uses: number;
  created_at: Date;
  revoked_at: Date | null;
};

export function createInvitationStore({ sql }: Database): InvitationStore {
  return {
    async add(campaign, invitations) {
      if (invitations.length === 0) return;
      await sql`insert into invitations ${sql(
        invitations.map(({ id, label, mostUses, createdAtMs, tokenHash, by }) => ({
          id,
          campaign_id: campaign,
          token_hash: tokenHash,
          label,
          most_uses: mostUses,
          created_by: by,
          created_at: new Date(createdAtMs),
        })),
      )}`;
    },

    async list(campaign, { after, limit }) {
      const rows = await sql<InvitationRow[]>`
        select id, label, uses, most_uses, created_at, revoked_at from invitations
        where campaign_id = ${campaign} and ${after === null ? sql`true` : sql`id::text < ${after}`}
        order by id desc limit ${limit}`;
      return rows.map((row) => ({
        id: row.id,
        label: row.label,
        uses: row.uses,
        mostUses: row.most_uses,
        createdAtMs: row.created_at.getTime(),
        revokedAtMs: row.revoked_at?.getTime() ?? null,
      }));
    },

    async revoke(campaign, id, atMs) {
      const rows = await sql`update invitations set revoked_at = coalesce(revoked_at, ${new Date(atMs)})
        where campaign_id = ${campaign} and id::text = ${id}`;
      return rows.count > 0;
    },

    async admit(campaign, tokenHash, rater, atMs) {
      return await sql.begin(async (tx) => {
        // whoever comes at the same moment waits here
        const [found] = await tx<{ id: string; uses: number; most_uses: number }[]>`
          select id, uses, most_uses from invitations
          where campaign_id = ${campaign} and token_hash = ${tokenHash} and revoked_at is null for update`;
        if (found === undefined) return 'unknown';
        const known = await tx`
          select 1 from invited_voters where campaign_id = ${campaign} and rater_id = ${rater}`;
        if (known.length > 0) return 'admitted';
        if (found.uses >= found.most_uses) return 'used_up';
        await tx`insert into invited_voters (campaign_id, rater_id, invitation_id, at)
          values (${campaign}, ${rater}, ${found.id}, ${new Date(atMs)})`;
        await tx`update invitations set uses = uses + 1 where id = ${found.id}`;
        return 'admitted';
      });
    },

    async isAdmitted(campaign, rater) {
      const rows = await sql`
        select 1 from invited_voters where campaign_id = ${campaign} and rater_id = ${rater}`;
      return rows.length > 0;
    },
  };
}
