import type { ISql } from 'postgres';

/**
 * SQL: no import brought the row, or one that was not undone. Rows of an undone import are kept, and every reader leaves
 * them out.
 * @param alias of a table with `import_id`; ours, never from outside
 */
export function ofStandingImportSql(alias: string): string {
  return `not exists (select 1 from imports undone where undone.id = ${alias}.import_id and undone.undone_at is not null)`;
}

/** The same, inside a statement. */
export function ofStandingImport(sql: ISql, alias: string) {
  return sql.unsafe(ofStandingImportSql(alias));
}

const LAST_CHANGE = "kind in ('undo', 'recast')";

/** Joins `last` to votes `v`: kind, outcome and after_reveal of the last undo or recast; nulls where there was none. */
export const JOIN_LAST_CHANGE = `left join lateral (select r.kind, r.outcome, r.after_reveal from vote_revisions r
  where r.vote_id = v.id and r.${LAST_CHANGE} order by r.id desc limit 1) last on true`;

/** The last undo or recast of each vote of a campaign: vote_id, kind, outcome, after_reveal. */
export function lastChanges(sql: ISql, campaign: string) {
  return sql`select distinct on (vote_id) vote_id, kind, outcome, after_reveal from vote_revisions
    where campaign_id = ${campaign} and ${sql.unsafe(LAST_CHANGE)} order by vote_id, id desc`;
}
