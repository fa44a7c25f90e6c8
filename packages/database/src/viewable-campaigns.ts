import type { Viewer } from '@agon/arena';
import type { Sql } from './connect.ts';

/** Condition on `c`, a row of campaigns: nobody signed in made it and it has no members. */
export function belongsToArena(sql: Sql) {
  return sql`(c.created_by is null and not exists (
    select 1 from campaign_members other where other.campaign_id = c.id))`;
}

/** Condition on `c`, a row of campaigns: this researcher may view it, whatever its state. */
export function isViewable(sql: Sql, viewer: Viewer) {
  if (viewer === 'all') return sql`true`;
  return sql`(exists (select 1 from campaign_members own where own.campaign_id = c.id and own.user_id = ${viewer})
    or ${belongsToArena(sql)})`;
}
