import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { connect, type Database } from '@agon/database';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBinaryRows } from '../../packages/database/src/comparisons/binary-rows.ts';

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 1 });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const COPY = `copy (select n::int8, repeat('x', 50) from generate_series(1, 50000) n) to stdout (format binary)`;

describe('a COPY that is streamed', () => {
  it('leaves its connection to the next statement, although its reader was behind when it ended', async () => {
    const stream = await database.sql.unsafe(COPY).readable();
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += (chunk as Buffer).length;
      await turn();
    }
    expect(bytes).toBeGreaterThan(50_000 * 60);
    expect(await database.sql`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it('is read row by row', async () => {
    let [rows, sum] = [0, 0];
    await readBinaryRows(await database.sql.unsafe(COPY).readable(), 2, (row) => {
      rows += 1;
      sum += row.integer(0);
    });
    expect([rows, sum]).toEqual([50_000, (50_000 * 50_001) / 2]);
  });

  it('that a reader cannot take leaves its connection too', async () => {
    const stream = await database.sql.unsafe(COPY).readable();
    const ended = once(stream, 'close');
    const reading = readBinaryRows(stream, 2, () => {
      throw new Error('no such row');
    });
    await expect(reading).rejects.toThrow('no such row');
    await ended;
    expect(await database.sql`select 1 as one`).toEqual([{ one: 1 }]);
  });
});
