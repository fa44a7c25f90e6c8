import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@agon/database/embedded';
import { lives, tryFolderLock, withFolderLock } from '@agon/database/processes';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
const started: EmbeddedPostgres[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agon embedded é-'));
});

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

async function start(dataDir = join(folder, 'postgres'), durable = false): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, durable, log: () => {} });
  started.push(server);
  return server;
}

async function ask(server: EmbeddedPostgres, query: string): Promise<unknown> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql.unsafe(query);
    return row?.value;
  } finally {
    await sql.end();
  }
}

/** @returns the first line that the other process says: the server's number, or why there is none */
async function startElsewhere(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly parent: ChildProcess; readonly said: string }> {
  const code = `
    const { startEmbeddedPostgres } = await import('@agon/database/embedded');
    try {
      const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false, log: () => {} });
      console.log(server.pid);
      process.once('SIGTERM', () => server.stop().then(() => process.exit(0)));
      setInterval(() => {}, 1000);
    } catch (error) { console.log(error.message + ' ' + error.hint) }`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: fileURLToPath(new URL('../../apps/cli/', import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
  return { parent, said: String(line).trim() };
}

describe('the embedded PostgreSQL', () => {
  it('starts in a folder that only its owner can read, with spaces and accents in its name, and is used again', async () => {
    chmodSync(folder, 0o700);
    const first = await start();
    expect(first).toMatchObject({ startedHere: true, firstStart: true });
    expect(await ask(first, "select 'ü' as value")).toBe('ü');
    const second = await start();
    expect(second).toMatchObject({ startedHere: false, firstStart: false, pid: first.pid });
  });

  it('lets several starters at once share one server', async () => {
    const servers = await Promise.all([start(), start(), start()]);
    expect(new Set(servers.map((server) => server.pid)).size).toBe(1);
    expect(servers.filter((server) => server.startedHere)).toHaveLength(1);
  });

  it('recovers after the server was killed, with everything that was committed', async () => {
    const dataDir = join(folder, 'postgres');
    const first = await start(dataDir, true);
    await ask(first, 'create table kept as select 7 as value');
    process.kill(first.pid, 'SIGKILL');
    const second = await start(dataDir, true);
    expect(second).toMatchObject({ startedHere: true, firstStart: false });
    expect(await ask(second, 'select value from kept')).toBe(7);
  });

  it('is found again when the process that started it was killed, and ends with the next user', async () => {
    const dataDir = join(folder, 'postgres');
    const { parent, said } = await startElsewhere(dataDir);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    const server = await start(dataDir);
    expect(server).toMatchObject({ startedHere: false, pid: Number(said) });
    await server.stop();
    // nobody's child any more: its number is free once somebody has collected it
    await expect.poll(() => lives({ pid: server.pid, started: null }), { timeout: 10_000 }).toBe(false);
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false);
  });

  it('runs for as long as one living process uses it, whoever started it', async () => {
    const dataDir = join(folder, 'postgres');
    const first = await start(dataDir);
    const { parent, said } = await startElsewhere(dataDir);
    expect(Number(said)).toBe(first.pid);
    await first.stop();
    expect(lives({ pid: first.pid, started: null })).toBe(true);
    parent.kill('SIGTERM');
    await once(parent, 'exit');
    expect(lives({ pid: first.pid, started: null })).toBe(false);
  });

  it('takes no other process for its server, and ends none', async () => {
    const dataDir = join(folder, 'postgres');
    const first = await start(dataDir, true);
    const stranger = spawn('sleep', ['60']);
    process.kill(first.pid, 'SIGKILL');
    // what a reboot leaves: the number in the file belongs to somebody else by now
    const path = join(dataDir, 'postmaster.pid');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [stranger.pid, ...lines.slice(1)].join('\n'));
    const state = JSON.parse(readFileSync(join(dataDir, 'agon.json'), 'utf8')) as { server: object };
    const file = JSON.stringify({ ...state, server: { ...state.server, pid: stranger.pid } });
    writeFileSync(join(dataDir, 'agon.json'), file);
    const second = await start(dataDir, true);
    expect(second.startedHere).toBe(true);
    expect(second.pid).not.toBe(stranger.pid);
    await second.stop();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    stranger.kill();
  });

  it.skipIf(process.getuid?.() !== 0)(
    'runs as another account for root where there are no user namespaces, and opens no private folder (as root only)',
    async () => {
      const dataDir = join(folder, 'postgres');
      chmodSync(folder, 0o700);
      const shut = await startElsewhere(dataDir, { PATH: '/nowhere' });
      expect(shut.said).toContain(`chmod o+x ${folder}`);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      chmodSync(folder, 0o711);
      const { parent, said } = await startElsewhere(dataDir, { PATH: '/nowhere' });
      expect(Number(said)).toBeGreaterThan(0);
      expect(statSync(dataDir).uid).not.toBe(0);
      parent.kill('SIGTERM');
      await once(parent, 'exit');
      // with namespaces again: the folder stays with its owner
      expect(await ask(await start(dataDir), 'select 1 as value')).toBe(1);
    },
  );

  it('does not let a stranger on the machine in', async () => {
    const server = await start();
    const url = new URL(server.url);
    url.password = 'guess';
    const sql = postgres(url.href, { max: 1, onnotice: () => {} });
    await expect(sql`select 1`).rejects.toMatchObject({ code: '28P01' });
    await sql.end();
  });

  it('says what to do about a folder of a newer version', async () => {
    const dataDir = join(folder, 'postgres');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'PG_VERSION'), '99\n');
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'data_folder_newer' });
  });

  it('says what to do about a file where the folder should be', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(start(join(folder, 'file'))).rejects.toMatchObject({ code: 'data_folder_unusable' });
  });

  it('says what to do about a folder with something else in it', async () => {
    const dataDir = join(folder, 'postgres');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'letter.txt'), 'dear');
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'data_folder_unusable' });
  });
});

describe('the lock of a folder', () => {
  it('is held by one at a time, also where many find a dead one at once', async () => {
    const path = join(folder, 'lock');
    writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, started: 1 }));
    let inside = 0;
    let most = 0;
    const work = () =>
      withFolderLock(path, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 8 }, work));
    expect(most).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  it('does not count where its number went to another process', () => {
    const path = join(folder, 'lock');
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: 1 }));
    const lock = tryFolderLock(path);
    expect(lock.kind).toBe('taken');
    expect(tryFolderLock(path)).toMatchObject({ kind: 'held', by: { pid: process.pid } });
    if (lock.kind === 'taken') lock.release();
    expect(existsSync(path)).toBe(false);
  });
});
