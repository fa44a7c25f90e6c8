import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ArenaError } from '@agon/domain';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import type { Sql } from 'postgres';
import { drizzle, postgres } from './driver.ts';

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url));

type Journal = { readonly entries: readonly { readonly tag: string; readonly when: number }[] };

export type MigrationStatus = {
  /** Names of migrations in this version of the code, oldest first. */
  readonly known: readonly string[];
  readonly applied: number;
  readonly pending: readonly string[];
  /** The database has migrations that this version of the code does not know. */
  readonly newer: boolean;
};

function readJournal(): Journal {
  return JSON.parse(readFileSync(`${MIGRATIONS_FOLDER}/meta/_journal.json`, 'utf8')) as Journal;
}

/** What is applied and what is not. Reads only. */
export async function migrationStatus(sql: Sql): Promise<MigrationStatus> {
  const { entries } = readJournal();
  const [found] = await sql<
    { name: string | null }[]
  >`select to_regclass('drizzle.__drizzle_migrations')::text as name`;
  const rows =
    found?.name == null
      ? []
      : await sql<
          { created_at: string }[]
        >`select created_at from drizzle.__drizzle_migrations order by created_at`;
  const applied = new Set(rows.map((row) => Number(row.created_at)));
  const known = new Set(entries.map((entry) => entry.when));
  return {
    known: entries.map((entry) => entry.tag),
    applied: rows.length,
    pending: entries.filter((entry) => !applied.has(entry.when)).map((entry) => entry.tag),
    newer: [...applied].some((when) => !known.has(when)),
  };
}

/**
 * Brings a database up to date. Several processes may call it at once: an advisory lock lets one of them work.
 * @throws ArenaError('data_folder_newer') where the database was written by a newer version
 */
export async function migrateDatabase(
  url: string,
): Promise<MigrationStatus & { readonly firstTime: boolean }> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(727001)`;
    const status = await migrationStatus(sql);
    if (status.newer) {
      throw new ArenaError('data_folder_newer', 'This database was written by a newer version of Agon.', {
        hint: 'Update Agon, or use another data folder (--data) or database.',
      });
    }
    if (status.pending.length > 0) await migrate(drizzle(sql), { migrationsFolder: MIGRATIONS_FOLDER });
    return { ...(await migrationStatus(sql)), firstTime: status.applied === 0 };
  } finally {
    await sql.end({ timeout: 5 });
  }
}
