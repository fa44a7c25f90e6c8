import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, createCampaignMemberStore, migrateDatabase } from '@agon/database';
import type { UserId } from '@agon/domain';
import { createTestDatabase } from '@agon/testkit';
import { expect, it } from 'vitest';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);
const MEMBERS = 'name_members_of_campaigns';

it('gives campaigns of before to whoever made them, and those of nobody to the arena', async () => {
  const testDatabase = await createTestDatabase();
  const database = connect(testDatabase.url, { connections: 1 });
  const { sql } = database;
  try {
    const { entries } = JSON.parse(await readFile(new URL('meta/_journal.json', MIGRATIONS), 'utf8')) as {
      readonly entries: readonly { readonly tag: string; readonly when: number }[];
    };
    await sql.unsafe(
      'drop schema public cascade; create schema public; truncate drizzle.__drizzle_migrations',
    );
    const end = entries.findIndex(({ tag }) => tag.endsWith(MEMBERS));
    expect(end).toBeGreaterThan(0);
    for (const { tag, when } of entries.slice(0, end)) {
      await sql.unsafe(await readFile(new URL(`${tag}.sql`, MIGRATIONS), 'utf8'));
      await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${tag}, ${when})`;
    }
    await sql`insert into users (id, name, email, role) values ('ada', 'Ada', 'ada@example.org', 'researcher')`;
    for (const [slug, by] of [
      ['of-ada', 'ada'],
      ['of-nobody', null],
      ['of-somebody-gone', 'gone'],
    ] as const) {
      await sql`insert into campaigns (id, slug, title, settings, created_by)
        values (${randomUUID()}, ${slug}, ${slug}, '{}', ${by})`;
    }
    await migrateDatabase(testDatabase.url);
    const members = createCampaignMemberStore(database);
    const slugs = ['of-ada', 'of-nobody', 'of-somebody-gone'];
    expect(await members.rolesOf('ada' as UserId, slugs)).toEqual(
      new Map([
        ['of-ada', 'owner'],
        ['of-nobody', 'editor'],
      ]),
    );
    expect(await members.rolesOf('bob' as UserId, slugs)).toEqual(new Map([['of-nobody', 'editor']]));
  } finally {
    await database.close();
    await testDatabase.drop();
  }
});
