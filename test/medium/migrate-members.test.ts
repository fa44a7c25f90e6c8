import { randomUUID } from 'node:crypto';
import { connect, createCampaignMemberStore, migrateDatabase } from '@agon/database';
import type { UserId } from '@agon/domain';
import { createTestDatabase } from '@agon/testkit';
import { expect, it } from 'vitest';
import { rewindMigrations } from './rewind-migrations.ts';

/** The last page of the diary before campaigns had members. */
const BEFORE = 'invite_voters';

it('gives campaigns of before to whoever made them, and those of nobody to the arena', async () => {
  const testDatabase = await createTestDatabase();
  const database = connect(testDatabase.url, { connections: 1 });
  const { sql } = database;
  try {
    await rewindMigrations(database, BEFORE);
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
