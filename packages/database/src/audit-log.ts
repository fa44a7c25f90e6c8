import type { AuditLog } from '@agon/arena';
import type { Database } from './connect.ts';

export function createAuditLog({ sql }: Database): AuditLog {
  return {
    async record({ actor, action, campaignId, details, atMs }) {
      await sql`insert into audit_log (actor, action, campaign_id, details, at)
        values (${actor}, ${action}, ${campaignId}, ${sql.json(details as never)}, ${new Date(atMs)})`;
    },
  };
}
