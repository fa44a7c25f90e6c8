import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ArenaError } from '@agon/domain';
import { postgres } from '../driver.ts';
import { withFolderLock } from './folder-lock.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { runAs } from './run-as.ts';

export type EmbeddedOptions = {
  /** Folder of the database cluster; made where it is missing. */
  readonly dataDir: string;
  /** False: no disk flushes. For tests that throw their data away. Default true. */
  readonly durable?: boolean;
  readonly log: (text: string) => void;
};

export type EmbeddedPostgres = {
  readonly url: string;
  readonly pid: number;
  /** False: a server that was running already is used. */
  readonly startedHere: boolean;
  /** The cluster was made just now. */
  readonly firstStart: boolean;
  /** Fast shutdown; waits until it is down. */
  stop(): Promise<void>;
};

const USER = 'agon';
const READY_MS = 60_000;
const STOP_MS = 20_000;

/**
 * Starts a PostgreSQL server on a folder, or uses the one that runs on it. Several starters at once are fine. The
 * server survives its parent: a starter that was killed leaves a server that the next one finds and stops at its end.
 * It listens on the loopback address only.
 * @throws ArenaError data_folder_unusable, data_folder_newer
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const binaries = postgresBinaries();
  const { dataDir } = options;
  makeFolder(dataDir);
  return withFolderLock(`${dataDir}.lock`, async () => {
    const firstStart = !existsSync(join(dataDir, 'PG_VERSION'));
    if (firstStart) await initialise(binaries.initdb, options);
    else refuseOtherMajor(dataDir, binaries.major);
    const running = await findRunning(dataDir);
    if (running !== null)
      return { ...running, startedHere: false, firstStart, stop: () => stopServer(dataDir, running.pid) };
    const port = await choosePort(dataDir);
    const started = await launch(binaries.postgres, port, options);
    return { ...started, startedHere: true, firstStart, stop: () => stopServer(dataDir, started.pid) };
  });
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const probe = `${dataDir}.probe-${process.pid}`;
    closeSync(openSync(probe, 'w'));
    rmSync(probe);
    if (!statSync(dataDir).isDirectory()) throw new Error('it is a file');
  } catch (cause) {
    throw new ArenaError('data_folder_unusable', `The data folder ${dataDir} cannot be written.`, {
      hint: 'Make it writable for this user, or name another one with --data.',
      cause,
    });
  }
}

function refuseOtherMajor(dataDir: string, major: number): void {
  const found = Number(readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim());
  if (found === major) return;
  if (found > major) {
    throw new ArenaError(
      'data_folder_newer',
      `This data folder was written by PostgreSQL ${found}; this version brings ${major}.`,
      {
        hint: 'Update Agon, or name another folder with --data.',
      },
    );
  }
  throw new ArenaError(
    'data_folder_unusable',
    `This data folder was written by PostgreSQL ${found}; this version brings ${major}.`,
    {
      hint: `Export with the older version, or run a PostgreSQL ${found} server on it and set DATABASE_URL.`,
    },
  );
}

async function initialise(initdb: string, options: EmbeddedOptions): Promise<void> {
  options.log('making the database');
  const passwordFile = passwordPath(options.dataDir);
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const args = [
    ...['-D', options.dataDir, '-U', USER, '-A', 'scram-sha-256', '--pwfile', passwordFile],
    ...['-E', 'UTF8', '--locale=C', '--no-instructions'],
  ];
  const [program, all] = runAs(initdb, options.durable === false ? [...args, '--no-sync'] : args);
  const child = spawn(program, [...all], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  throw new ArenaError(
    'data_folder_unusable',
    `The database could not be made in ${options.dataDir}: ${lastLine(output)}`,
    {
      hint: 'Check that the folder is empty and writable and that the disk has space.',
    },
  );
}

async function findRunning(dataDir: string): Promise<{ url: string; pid: number } | null> {
  const path = join(dataDir, 'postmaster.pid');
  const deadline = Date.now() + 10_000;
  while (existsSync(path)) {
    const lines = readFileSync(path, 'utf8').split('\n');
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    if (!isAlive(pid)) return null;
    const url = urlOf(port, dataDir);
    if (await answers(url, dataDir)) return { url, pid };
    // alive and silent: starting, stopping, or the number went to another process
    if (Date.now() > deadline) return null;
    await pause(100);
  }
  return null;
}

async function launch(
  program: string,
  port: number,
  options: EmbeddedOptions,
): Promise<{ url: string; pid: number }> {
  const { dataDir } = options;
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '120',
    shared_buffers: '64MB',
    logging_collector: 'off',
    log_min_messages: 'warning',
    timezone: 'UTC',
    ...(options.durable === false
      ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
      : {}),
  };
  const [command, args] = runAs(program, [
    '-D',
    dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const log = openSync(`${dataDir}.log`, 'a', 0o600);
  // a session of its own: Ctrl-C in the terminal must not stop the database before those who use it
  const child = spawn(command, [...args], {
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  closeSync(log);
  child.unref();
  const ended = trackEnd(child);
  const url = urlOf(port, dataDir);
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (ended.code !== undefined) {
      throw new ArenaError(
        'data_folder_unusable',
        `The database did not start: ${lastLine(readFileSync(`${dataDir}.log`, 'utf8'))}`,
        {
          hint: `Its log is ${dataDir}.log.`,
        },
      );
    }
    if (await answers(url, dataDir)) {
      const pid = Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
      return { url, pid };
    }
    await pause(25);
  }
  child.kill('SIGKILL');
  throw new ArenaError('data_folder_unusable', `The database was not ready within ${READY_MS / 1000} s.`, {
    hint: `Its log is ${dataDir}.log.`,
  });
}

function trackEnd(child: ChildProcess): { code?: number | null } {
  const state: { code?: number | null } = {};
  child.once('exit', (code) => {
    state.code = code;
  });
  child.once('error', () => {
    state.code = -1;
  });
  return state;
}

/** Whether the server of this very folder answers at the address. */
async function answers(url: string, dataDir: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
    return row?.folder === dataDir;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 }).catch(() => {});
  }
}

async function stopServer(dataDir: string, pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  // SIGINT is PostgreSQL's fast shutdown: sessions end, then a checkpoint
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_MS;
  while (isAlive(pid) && existsSync(join(dataDir, 'postmaster.pid'))) {
    if (Date.now() > deadline) {
      process.kill(pid, 'SIGQUIT');
      return;
    }
    await pause(20);
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The port of last time where it is free, so that processes that hold an address find the server again. */
async function choosePort(dataDir: string): Promise<number> {
  const path = `${dataDir}.port`;
  const before = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  const port = (before > 0 ? await freePort(before) : null) ?? (await freePort(0));
  if (port === null) throw new ArenaError('port_taken', 'There is no free port for the database.');
  writeFileSync(path, String(port));
  return port;
}

/** @param wanted 0: any. @returns null where it is taken */
async function freePort(wanted: number): Promise<number | null> {
  const server = createServer();
  server.listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return null;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : null;
}

/** Only who can read the data folder can connect: other users of the machine cannot. */
function passwordPath(dataDir: string): string {
  return `${dataDir}.password`;
}

function urlOf(port: number, dataDir: string): string {
  return `postgres://${USER}:${readFileSync(passwordPath(dataDir), 'utf8').trim()}@127.0.0.1:${port}/postgres`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
