import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import { lives } from '@agon/database/processes';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildWeb } from '../../apps/cli/src/start/build-web.ts';
import { type ArenaProcess, postgresOf, runAgon, servicesOf, until } from './arena-process.ts';

/** One folder for the file: a first start is dear, and every test must be able to follow every other. */
let root: string;
let data: string;
const running: ArenaProcess[] = [];

beforeAll(async () => {
  await buildWeb(() => {}, new AbortController().signal);
  root = mkdtempSync(join(tmpdir(), 'agon start é '));
  chmodSync(root, 0o700);
  data = join(root, 'my arena ü');
}, 240_000);

afterEach(async () => {
  for (const arena of running.splice(0)) {
    arena.child.kill('SIGTERM');
    await arena.ended;
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function start(args: readonly string[] = [], options: Parameters<typeof runAgon>[1] = {}): ArenaProcess {
  const arena = runAgon(['start', '--port', '0', '--data', data, '--json', ...args], options);
  running.push(arena);
  return arena;
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return String(port);
}

const pidLives = (pid: number) => lives({ pid, started: null });

describe('agon start', { timeout: 120_000 }, () => {
  it('makes everything at its first start, answers, and ends with all that it started', async () => {
    const first = start();
    const ready = await first.event('ready');
    expect(ready).toMatchObject({ data, database: 'embedded', first_start: true });
    const url = String(ready.url);
    expect((await first.event('setup')).url).toContain(`${url}/setup?token=`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await until(`${url}/readyz`, 200)).toMatchObject({ ready: true });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('agon_database_connections{');
    expect(await (await fetch(`${url}/api/v1/openapi.json`)).json()).toMatchObject({
      openapi: expect.stringMatching(/^3\.1/),
    });
    expect(await (await fetch(url)).text()).toContain('<html');
    const all = [...servicesOf(data), postgresOf(data)];
    expect(all.map(pidLives)).toEqual([true, true, true]);
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(first.events.at(-1)).toEqual({ event: 'stopped' });
    expect(all.map(pidLives)).toEqual([false, false, false]);
    expect(existsSync(join(data, 'arena.lock'))).toBe(false);

    const second = start();
    expect(await second.event('ready')).toMatchObject({ first_start: false });
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  it('ends with all that it started where nobody reads its output any more, as under `| head -1`', async () => {
    const arena = start();
    await arena.event('ready');
    const server = postgresOf(data);
    arena.child.stdout?.destroy();
    arena.child.stderr?.destroy();
    arena.child.kill('SIGINT');
    expect(await arena.ended).toBe(0);
    expect(pidLives(server)).toBe(false);
  });

  it('gives its start up at Ctrl-C', async () => {
    const arena = start();
    await once(arena.child, 'spawn');
    while (!existsSync(join(data, 'arena.lock'))) await new Promise((resolve) => setTimeout(resolve, 5));
    arena.child.kill('SIGINT');
    expect(await arena.ended).toBe(0);
    expect(arena.events.some((event) => event.event === 'ready')).toBe(false);
    expect(existsSync(join(data, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('follows an arena that was killed: same port, same database, nothing left of it', async () => {
    const first = start();
    const port = new URL(String((await first.event('ready')).url)).port;
    const services = servicesOf(data);
    const server = postgresOf(data);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = start(['--port', port]);
    expect(new URL(String((await second.event('ready')).url)).port).toBe(port);
    expect(services.map(pidLives)).toEqual([false, false]);
    expect(postgresOf(data)).toBe(server);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    expect(pidLives(server)).toBe(false);
  });

  it('ends with the npm that started it, and the next start waits for its end', async () => {
    const port = await freePort();
    const npm = spawn('npm', ['start', '--silent', '--', '--port', port, '--data', data, '--json'], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(npm.stdout, 'data');
    while (!existsSync(join(data, 'server.json'))) await new Promise((resolve) => setTimeout(resolve, 20));
    const services = servicesOf(data);
    npm.kill('SIGKILL');
    const next = start(['--port', port]);
    await next.event('ready');
    expect(services.map(pidLives)).toEqual([false, false]);
    next.child.kill('SIGTERM');
    expect(await next.ended).toBe(0);

    const again = spawn('npm', ['start', '--silent', '--', '--port', port, '--data', data, '--json'], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(again.stdout, 'data');
    again.kill('SIGTERM');
    const [code] = await once(again, 'exit');
    expect(code).toBe(0);
    expect(existsSync(join(data, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('brings the database, the api and the judge service back when they are killed', async () => {
    const arena = start();
    const url = String((await arena.event('ready')).url);
    process.kill(postgresOf(data), 'SIGKILL');
    await arena.event('database_restarted');
    await until(`${url}/readyz`, 200);
    const [api, judge] = servicesOf(data);
    process.kill(judge!, 'SIGKILL');
    process.kill(api!, 'SIGKILL');
    expect(await arena.event('service_ended')).toMatchObject({ signal: 'SIGKILL' });
    await until(`${url}/readyz`, 200);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    while (servicesOf(data).includes(judge!)) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(arena.child.exitCode).toBeNull();
  });

  it.skipIf(process.platform !== 'linux')(
    'gives the judge service no secret beyond its work (reads /proc)',
    async () => {
      const arena = start();
      await arena.event('ready');
      const [api, judge] = servicesOf(data);
      const variables = (pid: number) =>
        readFileSync(`/proc/${pid}/environ`, 'utf8')
          .split('\0')
          .map((row) => row.split('=')[0]!)
          .filter((name) => name.startsWith('AGON_'))
          .sort();
      expect(variables(judge!).filter((name) => name !== 'AGON_DEBUG')).toEqual([
        'AGON_DATABASE_URL',
        'AGON_ENCRYPTION_KEY',
        'AGON_GPU_LIBRARIES',
        'AGON_PROVIDER_HOSTS',
      ]);
      expect(variables(api!)).toContain('AGON_OWNER_KEY');
    },
  );

  it('ends with one line where the api keeps failing', async () => {
    const arena = start();
    const url = String((await arena.event('ready')).url);
    const server = postgresOf(data);
    for (let crash = 1; crash <= 6; crash += 1) {
      process.kill(servicesOf(data)[0]!, 'SIGSEGV');
      if (crash < 6) await until(`${url}/healthz`, 200);
    }
    expect(await arena.ended).toBe(1);
    expect(arena.events.at(-1)).toMatchObject({
      error: { code: 'internal', message: 'The api service failed 6 times in a row: SIGSEGV.' },
    });
    expect(pidLives(server)).toBe(false);
  });

  it('says where the other one is, of two on one folder', async () => {
    const both = [start(), start()];
    const { url } = await Promise.any(both.map((arena) => arena.event('ready')));
    expect(await Promise.race(both.map((arena) => arena.ended))).toBe(2);
    const late = start();
    expect(await late.ended).toBe(2);
    expect(late.events).toMatchObject([{ error: { code: 'data_folder_unusable', data: { url } } }]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('takes no other process for the arena of its folder', async () => {
    // what a reboot leaves: the number belongs to somebody else by now
    const stale = JSON.stringify({ pid: process.pid, started: 1, url: 'http://127.0.0.1:9', ownerKey: '' });
    for (const name of ['arena.lock', 'server.json', 'postgres.lock']) writeFileSync(join(data, name), stale);
    writeFileSync(join(data, 'services.json'), `[${stale}]`);
    expect(await start().event('ready')).toMatchObject({ first_start: false });
  });
});

describe('agon start refuses in one line, with exit code 2,', { timeout: 120_000 }, () => {
  async function refusal(args: readonly string[], options: Parameters<typeof runAgon>[1] = {}) {
    const arena = start(args, options);
    expect(await arena.ended).toBe(2);
    expect(arena.events.filter((event) => event.event === undefined)).toHaveLength(1);
    const { error } = arena.events.at(-1) as { error: { code: string; message: string; hint: string } };
    expect(error.message).not.toContain('\n');
    expect(error.hint.length).toBeGreaterThan(10);
    return error;
  }

  it('where the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await refusal(['--port', String(port)])).toMatchObject({ code: 'port_taken' });
    server.close();
    // and leaves nothing behind
    expect(existsSync(join(data, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('where the data folder is a file, holds something else, or may not be written', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(await refusal(['--data', file])).toMatchObject({ code: 'data_folder_unusable' });
    const other = join(root, 'other');
    mkdirSync(join(other, 'postgres'), { recursive: true });
    writeFileSync(join(other, 'postgres', 'letter.txt'), 'dear');
    expect(await refusal(['--data', other])).toMatchObject({ code: 'data_folder_unusable' });
    const shut = mkdtempSync(join(tmpdir(), 'agon-shut-'));
    chmodSync(shut, 0o555);
    const error = await refusal(
      ['--data', join(shut, 'arena')],
      // root may write everywhere
      process.getuid?.() === 0 ? { uid: 65_534 } : {},
    );
    expect(error.message).toContain('permission denied');
    rmSync(shut, { recursive: true });
  });

  it('where the data was written by a newer version, of this program or of PostgreSQL', async () => {
    const newer = join(root, 'newer');
    mkdirSync(join(newer, 'postgres'), { recursive: true });
    writeFileSync(join(newer, 'postgres', 'PG_VERSION'), '99\n');
    expect(await refusal(['--data', newer])).toMatchObject({ code: 'data_folder_newer' });

    const server = await startEmbeddedPostgres({ dataDir: join(data, 'postgres'), log: () => {} });
    const database = connect(server.url, { connections: 1 });
    const future = 4_102_444_800_000;
    await database.sql`
      insert into drizzle.__drizzle_migrations (hash, created_at) values ('of tomorrow', ${future})`;
    expect(await refusal([])).toMatchObject({ code: 'data_folder_newer' });
    await database.sql`delete from drizzle.__drizzle_migrations where created_at = ${future}`;
    await database.close();
    await server.stop();
  });
});
