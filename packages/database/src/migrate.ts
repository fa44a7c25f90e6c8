import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ArenaError } from '@agon/domain';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import type { Sql } from 'postgres';
import { serverVersion } from './connect.ts';
import { drizzle, postgres } from './driver.ts';
import { explainRefusal, readDatabaseUrl, readOnly } from './explain-refusal.ts';

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
 * @throws ArenaError data_folder_newer where the database was written by a newer version; database_unreachable,
 * database_refused where the role may not write there, database_too_old
 */
export function migrateDatabase(url: string): Promise<MigrationStatus & { readonly firstTime: boolean }> {
  return withConnection(url, async (sql) => {
    await serverVersion(sql, url);
    await sql`select pg_advisory_lock(727001)`;
    const status = await refuseUnfit(sql);
    if (status.pending.length > 0) await migrate(drizzle(sql), { migrationsFolder: MIGRATIONS_FOLDER });
    return { ...(await migrationStatus(sql)), firstTime: status.applied === 0 };
  });
}

/** Looks whether an arena could run on a database, and changes nothing. @throws ArenaError as migrateDatabase */
export function inspectDatabase(url: string): Promise<MigrationStatus & { readonly version: number }> {
  return withConnection(url, async (sql) => {
    const version = await serverVersion(sql, url);
    return { ...(await refuseUnfit(sql)), version };
  });
}

/** What is applied and what is not, whoever may change it. @throws ArenaError database_unreachable, database_refused, database_too_old */
export function readMigrationStatus(url: string): Promise<MigrationStatus> {
  return withConnection(url, async (sql) => {
    await serverVersion(sql, url);
    return migrationStatus(sql);
  });
}

/** Of a database that is not there yet. */
export function emptyMigrationStatus(): MigrationStatus {
  const known = readJournal().entries.map((entry) => entry.tag);
  return { known, applied: 0, pending: known, newer: false };
}

async function withConnection<Result>(url: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  if (readDatabaseUrl(url) === null) throw explainRefusal(url, null);
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    return await work(sql);
  } catch (cause) {
    throw explainRefusal(url, cause);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function refuseUnfit(sql: Sql): Promise<MigrationStatus> {
  const status = await migrationStatus(sql);
  if (status.newer) {
    throw new ArenaError('data_folder_newer', 'This database was written by a newer version of Agon.', {
      hint: 'Update Agon, or use another data folder (--data) or database.',
    });
  }
  await checkRights(sql, status);
  return status;
}

/** Says at the start, and not at the first vote, that the role may not do what the arena needs. */
async function checkRights(sql: Sql, status: MigrationStatus): Promise<void> {
  const [found] = await sql<
    {
      name: string;
      role: string;
      read_only: boolean;
      makes_schemas: boolean;
      makes_tables: boolean | null;
      closed: string | null;
      has_queue: boolean;
    }[]
  >`
    select current_database() as name, current_user::text as role,
      pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as read_only,
      has_database_privilege(current_database(), 'CREATE') as makes_schemas,
      has_schema_privilege(to_regnamespace('public'), 'CREATE') as makes_tables,
      (select min(relname) from pg_class
       where relnamespace = to_regnamespace('public') and relkind = 'r'
         and not has_table_privilege(oid, 'INSERT')) as closed,
      to_regnamespace('pgboss') is not null as has_queue`;
  if (found === undefined) return;
  const { name, role } = found;
  if (found.read_only) throw readOnly(name);
  const cannotCreate = status.pending.length > 0 && !(found.makes_schemas && found.makes_tables);
  if (cannotCreate || (!found.makes_schemas && !found.has_queue)) {
    throw new ArenaError(
      'database_refused',
      `The role "${role}" may not make tables and schemas in the database "${name}".`,
      { hint: `Make it the owner: ALTER DATABASE "${name}" OWNER TO "${role}"`, data: { role } },
    );
  }
  if (found.closed !== null) {
    throw new ArenaError(
      'database_refused',
      `The role "${role}" may not write to the table "${found.closed}" of the database "${name}".`,
      { hint: 'Name the role that owns the tables in DATABASE_URL.', data: { role } },
    );
  }
}
