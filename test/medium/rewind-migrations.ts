import { readFile } from 'node:fs/promises';
import type { Database } from '@agon/database';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);

type Journal = { readonly entries: readonly { readonly tag: string; readonly when: number }[] };

/**
 * Makes a test's database anew, as it was after one page of the diary; whatever it held is gone.
 * @param page end of the name of the last migration that is applied
 */
export async function rewindMigrations({ sql }: Database, page: string): Promise<void> {
  const { entries } = JSON.parse(
    await readFile(new URL('meta/_journal.json', MIGRATIONS), 'utf8'),
  ) as Journal;
  const last = entries.findIndex(({ tag }) => tag.endsWith(page));
  if (last < 0) throw new Error(`there is no migration ${page}`);
  await sql.unsafe('drop schema public cascade; create schema public; truncate drizzle.__drizzle_migrations');
  for (const { tag, when } of entries.slice(0, last + 1)) {
    await sql.unsafe(await readFile(new URL(`${tag}.sql`, MIGRATIONS), 'utf8'));
    await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${tag}, ${when})`;
  }
}
