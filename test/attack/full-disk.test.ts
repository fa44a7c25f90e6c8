import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '@agon/database';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@agon/database/embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from '../api/arena-under-test.ts';
import { seedCampaign } from '../api/seed-campaign.ts';
import type { Visitor } from '../api/visitor.ts';
import { consentTo, draw, nextKey } from '../api/voter.ts';

/** A real disk of 300 MB that becomes full under PostgreSQL. Only root can mount one. */
const disk = mkdtempSync(join(tmpdir(), 'agon-full-'));
const isMounted =
  process.getuid?.() === 0 &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300m,mode=755', 'tmpfs', disk]).status === 0;
if (!isMounted) rmSync(disk, { recursive: true });

describe.skipIf(!isMounted)(
  `a full disk${isMounted ? '' : ' (skipped: this user cannot mount a small one)'}`,
  () => {
    const filler = join(disk, 'filler');
    let server: EmbeddedPostgres;
    let arena: ArenaUnderTest;
    let slug: string;

    beforeAll(async () => {
      mkdirSync(join(disk, 'data'));
      const dataDir = join(disk, 'data', 'postgres');
      server = await startEmbeddedPostgres({ dataDir, durable: false, log: () => {} });
      await migrateDatabase(server.url);
      arena = await openArena({ beside: { databaseUrl: server.url } });
      ({ slug } = await seedCampaign(arena));
    });
    afterAll(async () => {
      await arena.close();
      await server.stop();
      spawnSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true });
    });

    function fill(): void {
      const file = openSync(filler, 'w');
      try {
        for (let size = 1024 * 1024; size >= 512; ) {
          try {
            if (writeSync(file, Buffer.alloc(size)) < size) size /= 2;
          } catch {
            size /= 2;
          }
        }
      } finally {
        closeSync(file);
      }
    }
    const ready = async () => {
      const response = await arena.visitor().send('GET', '/readyz');
      return { status: response.status, ...((await response.json()) as { checks: object[] }) };
    };

    const people = (count: number, tag: string) =>
      Array.from({ length: count }, (_, i) => ({
        visitor: arena.visitor(),
        account: { name: `${tag} ${i}`, email: `${tag}-${i}@example.org`, password: `a password of ${i}` },
      }));

    /** Sends until one is refused, and tells what was acknowledged before. */
    async function untilRefused(sends: Iterable<() => Promise<Response>>) {
      let acknowledged = 0;
      for (const send of sends) {
        const response = await send();
        if (response.status < 300) acknowledged += 1;
        else return { acknowledged, response, problem: await response.json() };
      }
      return { acknowledged, response: null, problem: null };
    }

    it('is told to whoever writes, and nothing that was acknowledged is lost', async () => {
      expect(await ready()).toMatchObject({ status: 200 });
      const before = people(3, 'before');
      for (const { visitor, account } of before) {
        expect((await visitor.send('POST', '/api/auth/sign-up/email', account)).status).toBe(200);
      }
      // voters who have battles on their screens when it happens
      const voters: {
        readonly visitor: Visitor;
        readonly battles: Awaited<ReturnType<typeof draw>>['battles'];
      }[] = [];
      for (let i = 0; i < 40; i += 1) {
        const visitor = arena.visitor();
        await consentTo(visitor, slug);
        voters.push({ visitor, battles: (await draw(visitor, slug, 5)).battles });
      }

      fill();
      expect(await ready()).toMatchObject({
        status: 503,
        checks: expect.arrayContaining([expect.objectContaining({ name: 'room', ok: false })]),
      });

      const votes = await untilRefused(
        voters.flatMap(({ visitor, battles }) =>
          battles.map(
            (battle) => () =>
              visitor.send('POST', `/api/v1/battles/${battle.id}/votes`, {
                ticket: battle.ticket,
                outcome: 'a',
                idempotency_key: nextKey(),
              }),
          ),
        ),
      );
      const signUps = await untilRefused(
        people(400, 'during').map(
          ({ visitor, account }) =>
            () =>
              visitor.send('POST', '/api/auth/sign-up/email', account),
        ),
      );
      const consents = await untilRefused(
        Array.from(
          { length: 400 },
          () => () =>
            arena
              .visitor()
              .send('POST', `/api/v1/campaigns/${slug}/consents`, { version: 1, language: 'en' }),
        ),
      );
      for (const { response, problem } of [votes, signUps, consents]) {
        if (response === null) continue;
        expect([response.status, problem]).toMatchObject([503, { code: 'storage_full' }]);
        expect(response.headers.get('retry-after')).toBe('30');
      }
      // rows find room in pages that are there already: not every kind of them meets the end of the disk
      expect([signUps, consents].filter(({ response }) => response !== null).length).toBeGreaterThan(0);
      // what only reads goes on
      expect((await arena.visitor().send('GET', `/api/v1/campaigns/${slug}/board`)).status).toBe(200);

      rmSync(filler);
      const again = people(1, 'after')[0]!;
      expect((await again.visitor.send('POST', '/api/auth/sign-up/email', again.account)).status).toBe(200);
      const [stored] = await arena.database.sql<
        { votes: number; people: number }[]
      >`select (select count(*)::int from votes) as votes, (select count(*)::int from users where email like '%example.org') as people`;
      expect(stored).toEqual({ votes: votes.acknowledged, people: before.length + signUps.acknowledged + 1 });
      for (const { visitor, account } of before) {
        const { email, password } = account;
        expect((await visitor.send('POST', '/api/auth/sign-in/email', { email, password })).status).toBe(200);
      }
      expect(arena.logged).toEqual([]);
    });
  },
);
