import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, migrateDatabase } from '@agon/database';
import { createTestDatabase } from '@agon/testkit';
import { expect, it } from 'vitest';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);
/** The last page of the diary before votes knew what was shown of them. */
const BEFORE = 'read_replies_again';

type Journal = { readonly entries: readonly { readonly tag: string; readonly when: number }[] };

it('knows of earlier votes which were changed, or may yet be, after their names were shown', async () => {
  const testDatabase = await createTestDatabase();
  const database = connect(testDatabase.url, { connections: 1 });
  const { sql } = database;
  try {
    const { entries } = JSON.parse(
      await readFile(new URL('meta/_journal.json', MIGRATIONS), 'utf8'),
    ) as Journal;
    await sql.unsafe(
      'drop schema public cascade; create schema public; truncate drizzle.__drizzle_migrations',
    );
    const last = entries.findIndex(({ tag }) => tag.endsWith(BEFORE));
    expect(last).toBeGreaterThan(0);
    for (const { tag, when } of entries.slice(0, last + 1)) {
      await sql.unsafe(await readFile(new URL(`${tag}.sql`, MIGRATIONS), 'utf8'));
      await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${tag}, ${when})`;
    }
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
