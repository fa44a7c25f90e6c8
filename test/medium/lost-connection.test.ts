import { connect, type Database } from '@agon/database';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let testDatabase: TestDatabase;
let killer: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  killer = connect(testDatabase.url, { connections: 1 });
});
afterAll(async () => {
  await killer.close();
  await testDatabase.drop();
});

const pidOf = async (sql: Database['sql']) =>
  (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]!.pid;
const end = (pid: number) => killer.sql`select pg_terminate_backend(${pid})`;

// a throw outside every promise fails the run, whatever these tests say
describe('a connection that is lost', () => {
  it('in a transaction: fails the transaction, and the pool goes on', async () => {
    const { sql, close } = connect(testDatabase.url, { connections: 1 });
    for (let round = 0; round < 5; round += 1) {
      const lost = sql.begin(async (tx) => {
        await end(await pidOf(tx as unknown as Database['sql']));
        await tx`select 1`.catch(() => {});
        await tx`select 2`;
      });
      await expect(lost).rejects.toThrow();
      expect(await pidOf(sql)).toBeGreaterThan(0);
    }
    await close();
  });

  it('under load: every statement is answered or fails, and all connections come back', async () => {
    const connections = 4;
    const { sql, close } = connect(testDatabase.url, { connections });
    let failed = 0;
    let answered = 0;
    let running = true;
    const work = Array.from({ length: 16 }, async (_, i) => {
      while (running) {
        const statement =
          i % 2 === 0 ? sql`select ${i}::int` : sql.begin((tx) => [tx`select 1`, tx`select ${i}::int`]);
        await Promise.resolve(statement).then(
          () => (answered += 1),
          () => (failed += 1),
        );
      }
    });
    for (let round = 0; round < 30; round += 1) {
      await killer.sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`;
      const before = answered;
      await expect.poll(() => answered, { timeout: 20_000, interval: 5 }).toBeGreaterThan(before);
    }
    running = false;
    await Promise.all(work);
    expect(failed).toBeGreaterThan(0);
    const pids = await Promise.all(
      Array.from(
        { length: connections },
        () => sql<{ pid: number }[]>`select pg_backend_pid() as pid, pg_sleep(0.2)`,
      ),
    );
    expect(new Set(pids.map(([row]) => row!.pid)).size).toBe(connections);
    await close();
  });
});
