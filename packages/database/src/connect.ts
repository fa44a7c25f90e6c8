import { ArenaError } from '@agon/domain';
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type { Sql as DriverSql } from 'postgres';
import { drizzle, postgres } from './driver.ts';
import { explainRefusal } from './explain-refusal.ts';
import * as schema from './schema.ts';

export type Sql = DriverSql;
export type Database = {
  /** With the password. */
  readonly url: string;
  readonly sql: Sql;
  readonly orm: PostgresJsDatabase<typeof schema>;
  close(): Promise<void>;
};

/** PostgreSQL versions that this project is tested on. */
export const OLDEST_POSTGRES = 15;

/**
 * Opens a pool for our own SQL, and a small one for Drizzle: `drizzle()` changes how its client reads dates and JSON.
 * @param url postgres://…
 * @param options.connections size of the pool, > 0
 */
export function connect(url: string, options: { readonly connections?: number } = {}): Database {
  const settings = {
    idle_timeout: 0,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: 'agon' },
  };
  const sql = postgres(url, {
    ...settings,
    max: options.connections ?? 10,
    // bigint counters stay far below 2^53
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  });
  const ormSql = postgres(url, { ...settings, max: 4 });
  return {
    url,
    sql: sql as Sql,
    orm: drizzle(ormSql, { schema }),
    async close() {
      await Promise.all([sql.end({ timeout: 5 }), ormSql.end({ timeout: 5 })]);
    },
  };
}

/** Checks that a server answers and is new enough. @throws ArenaError database_unreachable, database_refused, database_too_old */
export async function checkServer(database: Database): Promise<{ readonly version: number }> {
  return { version: await serverVersion(database.sql, database.url) };
}

/**
 * Whether the server has room to write, seen by sorting a megabyte with memory for none of it: the rest goes to a file of
 * the database's disk, which is removed at once. Nothing is changed, and no role is refused it.
 * @throws the driver's error, with SQLSTATE 53100 where the disk is full
 */
export async function checkRoom(database: Database): Promise<void> {
  await database.sql.begin(async (tx) => {
    await tx`set local work_mem = '64kB'`;
    await tx`select count(*) from (select g from generate_series(1, 16384) g order by md5(g::text) offset 0) sorted`;
  });
}

/** @returns the major version. @throws ArenaError database_unreachable, database_refused, database_too_old */
export async function serverVersion(sql: Sql, url: string): Promise<number> {
  const [row] = await sql<
    { version: number }[]
  >`select current_setting('server_version_num')::int as version`.catch((cause: unknown) => {
    throw explainRefusal(url, cause);
  });
  const version = Math.floor((row?.version ?? 0) / 10_000);
  if (version < OLDEST_POSTGRES) {
    throw new ArenaError(
      'database_too_old',
      `The server is PostgreSQL ${version}; ${OLDEST_POSTGRES} or newer is needed.`,
      { hint: `Use PostgreSQL ${OLDEST_POSTGRES} to 18, or unset DATABASE_URL to use the embedded one.` },
    );
  }
  return version;
}
