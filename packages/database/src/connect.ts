import { ArenaError } from '@agon/domain';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import * as schema from './schema.ts';

export type Sql = postgres.Sql;
export type Database = {
  readonly sql: Sql;
  readonly orm: PostgresJsDatabase<typeof schema>;
  close(): Promise<void>;
};

/** PostgreSQL versions that this project is tested on. */
export const OLDEST_POSTGRES = 15;

/**
 * Opens a pool.
 * @param url postgres://…
 * @param options.connections size of the pool, > 0
 */
export function connect(url: string, options: { readonly connections?: number } = {}): Database {
  const sql = postgres(url, {
    max: options.connections ?? 10,
    idle_timeout: 0,
    connect_timeout: 10,
    onnotice: () => {},
    // bigint counters stay far below 2^53
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    connection: { application_name: 'agon' },
  });
  return { sql: sql as Sql, orm: drizzle(sql, { schema }), close: () => sql.end({ timeout: 5 }) };
}

/** Checks that a server answers and is new enough. @throws ArenaError database_unreachable, database_too_old */
export async function checkServer(database: Database): Promise<{ readonly version: number }> {
  let version: number;
  try {
    const [row] = await database.sql<
      { version: number }[]
    >`select current_setting('server_version_num')::int as version`;
    version = Math.floor((row?.version ?? 0) / 10_000);
  } catch (cause) {
    throw new ArenaError('database_unreachable', 'The database does not answer.', {
      hint: 'Check DATABASE_URL and that the PostgreSQL server runs.',
      retryAfterMs: 2000,
      cause,
    });
  }
  if (version < OLDEST_POSTGRES) {
    throw new ArenaError(
      'database_too_old',
      `The server is PostgreSQL ${version}; ${OLDEST_POSTGRES} or newer is needed.`,
      {
        hint: `Use PostgreSQL ${OLDEST_POSTGRES} to 18, or unset DATABASE_URL to use the embedded one.`,
      },
    );
  }
  return { version };
}
