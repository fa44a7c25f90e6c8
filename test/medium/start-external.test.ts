import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@agon/database';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@agon/database/embedded';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildWeb } from '../../apps/cli/src/start/build-web.ts';
import { type ArenaProcess, runAgon, until } from './arena-process.ts';

let root: string;
let database: TestDatabase;
const running: ArenaProcess[] = [];
const ROLE = 'agon_guest';

beforeAll(async () => {
  await buildWeb(() => {}, new AbortController().signal);
  root = mkdtempSync(join(tmpdir(), 'agon-external-'));
  database = await createTestDatabase();
  await admin(`drop role if exists ${ROLE}`).catch(() => {});
  await admin(`create role ${ROLE} login password 'secret'`);
}, 240_000);

afterEach(async () => {
  for (const arena of running.splice(0)) {
    arena.child.kill('SIGTERM');
    await arena.ended;
  }
});

afterAll(async () => {
  await admin(`drop owned by ${ROLE}`);
  await admin(`drop role ${ROLE}`);
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

async function admin(statement: string): Promise<void> {
  const { sql, close } = connect(database.url, { connections: 1 });
  try {
    await sql.unsafe(statement);
  } finally {
    await close();
  }
}

function start(url: string): ArenaProcess {
  const arena = runAgon(['start', '--port', '0', '--data', join(root, 'data'), '--no-demo', '--json'], {
    env: { DATABASE_URL: url },
  });
  running.push(arena);
  return arena;
}

function changed(change: (url: URL) => void): string {
  const url = new URL(database.url);
  change(url);
  return url.href;
}

const asGuest = () =>
  changed((url) => {
    url.username = ROLE;
    url.password = 'secret';
  });

/** The one error of a start that is refused. */
async function refusal(url: string): Promise<{ code: string; message: string; hint: string }> {
  const arena = start(url);
  expect(await arena.ended).toBe(2);
  const { error } = arena.events.at(-1) as { error: { code: string; message: string; hint: string } };
  expect(error.message).not.toContain('\n');
  expect(JSON.stringify(error)).not.toContain('secret');
  return error;
}

describe('agon start with DATABASE_URL', { timeout: 120_000 }, () => {
  it('uses that server and leaves it running', async () => {
    const arena = start(database.url);
    expect(await arena.event('ready')).toMatchObject({ database: 'external' });
    arena.child.kill('SIGINT');
    expect(await arena.ended).toBe(0);
    await admin('select 1');
  });

  it('says what is wrong with the address, the password, the database', async () => {
    expect(await refusal('mysql://localhost/agon')).toMatchObject({ code: 'database_refused' });
    const closed = changed((url) => {
      url.port = '1';
    });
    expect(await refusal(closed)).toMatchObject({
      code: 'database_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    const guess = changed((url) => {
      url.username = ROLE;
      url.password = 'guess';
    });
    expect(await refusal(guess)).toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining(`does not let the role "${ROLE}" in`),
    });
    const missing = changed((url) => {
      url.pathname = '/no_such_place';
    });
    expect(await refusal(missing)).toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('There is no database "no_such_place"'),
    });
  });

  it('says that a role may not make tables, may not write, or may only read', async () => {
    const name = new URL(database.url).pathname.slice(1);
    const empty = `${name}_empty`;
    await admin(`create database ${empty}`);
    const guest = new URL(asGuest());
    guest.pathname = `/${empty}`;
    expect(await refusal(guest.href)).toMatchObject({
      code: 'database_refused',
      message: `The role "${ROLE}" may not make tables and schemas in the database "${empty}".`,
      hint: `Make it the owner: ALTER DATABASE "${empty}" OWNER TO "${ROLE}"`,
    });
    // what the hint says is enough
    await admin(`alter database ${empty} owner to ${ROLE}`);
    const arena = start(guest.href);
    await arena.event('ready');
    arena.child.kill('SIGTERM');
    await arena.ended;
    await admin(`drop database ${empty} with (force)`);

    await admin(`grant usage on schema drizzle to ${ROLE}`);
    await admin(`grant select on all tables in schema drizzle, public to ${ROLE}`);
    await admin(`grant create on database ${name} to ${ROLE}`);
    expect(await refusal(asGuest())).toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('may not write to the table'),
    });
    await admin(`alter role ${ROLE} set default_transaction_read_only = on`);
    expect(await refusal(asGuest())).toMatchObject({
      code: 'database_refused',
      message: `The database "${name}" is read-only for this role.`,
    });
  });
});

describe('a running arena whose database goes away', () => {
  it('lives, says that it is not ready and why, and is ready again when the database is back', async () => {
    const dataDir = join(root, 'server');
    const open = (port?: number): Promise<EmbeddedPostgres> =>
      startEmbeddedPostgres({ dataDir, durable: false, log: () => {}, ...(port ? { port } : {}) });
    let server = await open();
    const port = Number(new URL(server.url).port);
    const arena = start(server.url);
    const url = String((await arena.event('ready')).url);
    await server.stop();
    const { checks } = (await until(`${url}/readyz`, 503)) as {
      checks: { name: string; ok: boolean; found: string | null }[];
    };
    expect(checks.find((check) => check.name === 'database')).toMatchObject({ ok: false });
    expect(checks.find((check) => check.name === 'database')?.found).toMatch(/does not answer|no answer/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    server = await open(port);
    await until(`${url}/readyz`, 200);
    await server.stop();
    // it ends in time without its database, too
    const asked = performance.now();
    arena.child.kill('SIGTERM');
    expect(await arena.ended).toBe(0);
    expect(performance.now() - asked).toBeLessThan(40_000);
  }, 120_000);
});
