import { randomUUID } from 'node:crypto';
import { connect, migrateDatabase } from '@agon/database';
import { createTestDatabase } from '@agon/testkit';
import { expect, it } from 'vitest';
import { rewindMigrations } from './rewind-migrations.ts';

/** The last page of the diary before votes knew what was shown of them. */
const BEFORE = 'read_replies_again';

it('knows of earlier votes which were changed, or may yet be, after their names were shown', async () => {
  const testDatabase = await createTestDatabase();
  const database = connect(testDatabase.url, { connections: 1 });
  const { sql } = database;
  try {
    await rewindMigrations(database, BEFORE);
    const votes = new Map<string, string>();
    for (const [slug, settings] of [
      ['silent', { reveal: false }],
      ['told', { reveal: true }],
      ['default', {}],
    ] as const) {
      const campaign = randomUUID();
      await sql`insert into campaigns (id, slug, title, state, settings) values (${campaign}, ${slug}, ${slug}, 'open', ${sql.json(settings)})`;
      for (const [seq, kinds] of [[], ['undo'], ['undo', 'recast'], ['annotate']].entries()) {
        const vote = randomUUID();
        votes.set(vote, `${slug}: ${kinds.join(', ')}`);
        await sql`insert into votes (id, campaign_id, seq, battle_id, rater_id, outcome, idempotency_key, at, hash)
          values (${vote}, ${campaign}, ${seq + 1}, ${randomUUID()}, ${randomUUID()}, 'a', 'key', now(), '')`;
        for (const kind of kinds)
          await sql`insert into vote_revisions (vote_id, campaign_id, kind) values (${vote}, ${campaign}, ${kind})`;
      }
    }
    await migrateDatabase(testDatabase.url);
    const namesOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => votes.get(id)).sort();
    expect(namesOf(await sql`select vote_id as id from vote_revisions where after_reveal`)).toEqual([
      'default: undo, recast',
      'told: undo, recast',
    ]);
    expect(namesOf(await sql`select id from votes where revealed`)).toEqual([
      'default: undo',
      'default: undo, recast',
      'told: undo',
      'told: undo, recast',
    ]);
  } finally {
    await database.close();
    await testDatabase.drop();
  }
});
