import type { Database } from './connect.ts';
import { ofStandingImport } from './standing-rows.ts';

/**
 * What a campaign has for judges beside a prompt, as one JSON object by kind; empty where it has nothing. Of undone
 * imports nothing is left.
 * @param campaign,prompt columns of the statement around it, as SQL
 */
export function materialSql(sql: Database['sql'], campaign: string, prompt: string) {
  return sql`coalesce((select jsonb_object_agg(pm.kind, pm.value) from prompt_material pm
    where pm.campaign_id = ${sql.unsafe(campaign)} and pm.prompt_id = ${sql.unsafe(prompt)} and ${ofStandingImport(sql, 'pm')}), '{}')`;
}
