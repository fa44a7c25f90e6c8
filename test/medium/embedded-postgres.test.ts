import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@agon/database/embedded';
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

  it('is found again when the process that started it was killed', async () => {
    const dataDir = join(folder, 'postgres');
    const code = `
      const { startEmbeddedPostgres } = await import('@agon/database/embedded');
      const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false, log: () => {} });
      console.log(server.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: fileURLToPath(new URL('../../apps/cli/', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    const server = await start(dataDir);
    expect(server).toMatchObject({ startedHere: false, pid: Number(String(line)) });
  });

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
