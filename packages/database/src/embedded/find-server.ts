import { readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ArenaError } from '@agon/domain';
import { postgres } from '../driver.ts';
import { pidLives } from '../processes/process-identity.ts';
import { CLUSTER_USER } from './make-cluster.ts';

/** What a server writes down in its folder: lines 1, 4 and 8 of postmaster.pid. */
export type PostmasterFile = { readonly pid: number; readonly port: number; readonly ready: boolean };

/** Recovery after a crash may take this long. */
export const READY_MS = 120_000;
const STEP_MS = 20;

const pidFile = (folder: string) => join(folder, 'postmaster.pid');

/** @returns null where no server says that it runs, or it is just writing that down */
export function readPostmasterFile(folder: string): PostmasterFile | null {
  try {
    const lines = readFileSync(pidFile(folder), 'utf8').split('\n');
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    if (!Number.isInteger(pid) || pid <= 0) return null;
    return { pid, port: port > 0 ? port : 0, ready: lines[7]?.trim() === 'ready' };
  } catch {
    return null;
  }
}

/**
 * The server that runs on a folder, once it answers; null where none runs. Removes the postmaster.pid of a server that
 * is gone and whose number another process has: PostgreSQL would take that one for the server and refuse to start.
 * @throws ArenaError('data_folder_unusable') where a server runs there that does not answer
 */
export async function findServer(
  folder: string,
  password: string,
): Promise<{ readonly pid: number; readonly port: number } | null> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const found = readPostmasterFile(folder);
    if (found === null || !pidLives(found.pid)) return null;
    const verdict = servesFolder(found.pid, folder);
    if (verdict === 'no') {
      rmSync(pidFile(folder), { force: true });
      return null;
    }
    if (found.ready && found.port > 0) {
      const answer = await askFolder(serverUrl(found.port, password));
      if (answer !== null && (verdict === 'yes' || answer === folder))
        return { pid: found.pid, port: found.port };
    }
    // alive and silent: it is starting, recovering or stopping
    if (performance.now() > deadline) {
      throw new ArenaError(
        'data_folder_unusable',
        `Process ${found.pid} is said to run the database in ${folder}, and does not answer.`,
        { hint: `End it if it is a PostgreSQL server; else remove ${pidFile(folder)}.` },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

/** Whether a living process is a PostgreSQL server on this folder. A server works inside its folder. */
export function servesFolder(pid: number, folder: string): 'yes' | 'no' | 'unknown' {
  if (process.platform !== 'linux') return 'unknown';
  try {
    const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    // our own start before it became the server: unshare runs it in its place
    if (program === '' || basename(program) === 'unshare') return 'unknown';
    if (basename(program) !== 'postgres') return 'no';
    const [its, ours] = [statSync(`/proc/${pid}/cwd`), statSync(folder)];
    return its.ino === ours.ino && its.dev === ours.dev ? 'yes' : 'no';
  } catch {
    // PostgreSQL runs as the owner of its folder and as nobody else
    return ownerOf(`/proc/${pid}`) === ownerOf(folder) ? 'unknown' : 'no';
  }
}

function ownerOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.uid;
}

/** Address of a server on this machine. Never TLS, whatever the environment asks of other servers. */
export function serverUrl(port: number, password: string): string {
  return `postgres://${CLUSTER_USER}:${password}@127.0.0.1:${port}/postgres?sslmode=disable`;
}

/** The folder of the server that answers at an address; null where none lets us in. */
export async function askFolder(url: string): Promise<string | null> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} });
  try {
    const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
    return row?.folder ?? null;
  } catch {
    return null;
  } finally {
    await sql.end({ timeout: 1 }).catch(() => {});
  }
}
