import type { AuditLog } from '@agon/arena';
import type { Database } from './connect.ts';

export function createAuditLog({ sql }: Database): AuditLog {
  return {
    async record({ actor, action, campaignId, details, atMs }) {
      await sql`insert into audit_log (actor, action, campaign_id, details, at)
        values (${actor}, ${action}, ${campaignId}, ${sql.json(details as never)}, ${new Date(atMs)})`;
    },

    async list(campaign, { after, limit }) {
      const rows = await sql<
        { id: number; actor: string; action: string; details: Readonly<Record<string, unknown>>; at: Date }[]
      >`
        select l.id, coalesce(u.name, l.actor) as actor, l.action, l.details, l.at
        from audit_log l left join users u on u.id = l.actor
        where l.campaign_id = ${campaign} and ${after === null ? sql`true` : sql`l.id < ${Number(after)}`}
        order by l.id desc limit ${limit}`;
      return rows.map(({ id, at, ...row }) => ({ ...row, id: String(id), atMs: at.getTime() }));
    },
  };
}
