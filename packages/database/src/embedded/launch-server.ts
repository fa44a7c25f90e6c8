import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { explainFailure } from './explain-failure.ts';
import { askFolder, READY_MS, readPostmasterFile, serverUrl } from './find-server.ts';
import { freePort } from './free-port.ts';
import { postgresEnvironment } from './postgres-environment.ts';
import { type Account, runAs } from './run-as.ts';
import { sharedMemorySetting } from './shared-memory.ts';

export type LaunchPlan = {
  readonly folder: string;
  readonly program: string;
  readonly account: Account;
  readonly durable: boolean;
  readonly password: string;
  /** Taken where it is free. */
  readonly port: number | null;
};

const STEP_MS = 10;
const ATTEMPTS = 4;
const LOG_BYTES = 8 * 2 ** 20;
const PORT_TAKEN = /could not bind|could not create any TCP\/IP sockets|Address already in use/;
/**
 * PostgreSQL refuses a second server while sessions of one that was killed have not ended, and while whoever started
 * that one has not waited for it: both pass by themselves.
 */
const ORPHANS = /pre-existing shared memory block|lock file "postmaster\.pid" already exists/;
const ORPHANS_MS = 20_000;

/**
 * Starts a server and waits until it answers. It has a session of its own: Ctrl-C in the terminal must not stop the
 * database before those who use it, and it outlives this process.
 * @throws ArenaError('data_folder_unusable')
 */
export async function launchServer(
  plan: LaunchPlan,
): Promise<{ readonly pid: number; readonly port: number }> {
  const deadline = performance.now() + ORPHANS_MS;
  for (let attempt = 1; ; attempt += 1) {
    const wish = plan.port === null || attempt > 1 ? null : await freePort(plan.port);
    const port = wish ?? (await freePort(0));
    if (port === null) throw explainFailure(plan.folder, 'there is no free port on 127.0.0.1');
    const outcome = await tryLaunch(plan, port);
    if (typeof outcome === 'number') return { pid: outcome, port };
    // another program took the port between the look and the start
    if (attempt < ATTEMPTS && PORT_TAKEN.test(outcome.said)) continue;
    if (performance.now() < deadline && ORPHANS.test(outcome.said)) {
      attempt = 0;
      await new Promise((resolve) => setTimeout(resolve, 10 * STEP_MS));
      continue;
    }
    throw explainFailure(plan.folder, outcome.said);
  }
}

/** @returns the server's process number, or what it said before it ended */
async function tryLaunch(plan: LaunchPlan, port: number): Promise<number | { readonly said: string }> {
  const { folder } = plan;
  const log = openLog(folder);
  const [command, args, user] = runAs(plan.account, plan.program, [
    ...['-D', folder],
    ...Object.entries(settings(port, plan.durable)).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const child = spawn(command, [...args], {
    stdio: ['ignore', log.file, log.file],
    detached: true,
    env: postgresEnvironment(),
    ...user,
  });
  closeSync(log.file);
  child.unref();
  const end = watchEnd(child);
  const url = serverUrl(port, plan.password);
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    if (end.reason !== null) return { said: log.readNew() || end.reason };
    const file = readPostmasterFile(folder);
    if (file?.pid === child.pid && file?.ready && (await askFolder(url)) === folder) return file!.pid;
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  child.kill('SIGQUIT');
  return { said: `FATAL: the database was not ready within ${READY_MS / 1000} s` };
}

/** For a laptop: little memory, no more connections than api, judge and commands need. */
function settings(port: number, durable: boolean): Readonly<Record<string, string>> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // no socket file: its path may be too long, and the loopback address with a password is enough
    unix_socket_directories: '',
    max_connections: '120',
    shared_buffers: '64MB',
    huge_pages: 'off',
    jit: 'off',
    // a new campaign grows from nothing within minutes: until the tables are analysed, plans are those of empty ones
    autovacuum_naptime: '15s',
    logging_collector: 'off',
    log_min_messages: 'warning',
    timezone: 'UTC',
    ...sharedMemorySetting(),
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
}

function watchEnd(child: ChildProcess): { reason: string | null } {
  const state: { reason: string | null } = { reason: null };
  child.once('exit', (code, signal) => {
    state.reason = `it ended at once (${signal ?? `exit code ${code}`})`;
  });
  child.once('error', (error) => {
    state.reason = error.message;
  });
  return state;
}

/** The log beside the folder; a long one is set aside, so that two files of that length are the most there is. */
function openLog(folder: string): { readonly file: number; readNew(): string } {
  const path = `${folder}.log`;
  if (existsSync(path) && statSync(path).size > LOG_BYTES) renameSync(path, `${path}.old`);
  const file = openSync(path, 'a', 0o600);
  if (process.getuid?.() === 0) chownSync(path, statSync(folder).uid, statSync(folder).gid);
  const before = statSync(path).size;
  return { file, readNew: () => readFileSync(path).subarray(before).toString('utf8') };
}
