import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  type FolderLock,
  lives,
  ownIdentity,
  type ProcessIdentity,
  tryFolderLock,
  withFolderLock,
} from '@agon/database/processes';
import { ArenaError } from '@agon/domain';

/** Where a laptop keeps its arena, unless `--data` or AGON_DATA says otherwise. */
export function dataFolder(option: string | undefined): string {
  return resolve(option ?? process.env.AGON_DATA ?? '.agon');
}

/** What a running arena writes down for the other commands on this machine; readable by its owner only. */
export type RunningServer = ProcessIdentity & { readonly url: string; readonly ownerKey: string };

/** The longest first start that is waited for: it builds the pages and makes the database. */
const CHANGING_MS = 60_000;
const STEP_MS = 50;

type Secrets = {
  readonly secret: string;
  readonly ownerKey: string;
  /** Seals stored keys of providers: 32 bytes in base64url. */
  readonly encryptionKey: string;
};

/** @throws ArenaError('data_folder_unusable') where the folder cannot be made or written */
export async function prepareDataFolder(folder: string): Promise<Secrets> {
  try {
    // root's PostgreSQL may run as another account, which passes through; every file in it is readable by its owner only
    mkdirSync(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    const path = join(folder, 'secrets.json');
    if (existsSync(path)) return await completeSecrets(path);
    const secrets: Secrets = {
      secret: randomBytes(32).toString('base64url'),
      ownerKey: `agon_owner_${randomBytes(24).toString('base64url')}`,
      encryptionKey: randomBytes(32).toString('base64url'),
    };
    return writeOnce(path, secrets);
  } catch (cause) {
    if (cause instanceof ArenaError) throw cause;
    throw new ArenaError(
      'data_folder_unusable',
      `The data folder ${folder} cannot be used: ${reason(cause)}.`,
      {
        hint: /a file/.test(reason(cause))
          ? 'Name a folder with --data.'
          : 'Make it writable for this user, or name another one with --data.',
        cause,
      },
    );
  }
}

/**
 * Makes this process the one arena of the folder until `release`. A claim whose process is gone does not count; one
 * that is starting or stopping is waited for.
 * @throws ArenaError('data_folder_unusable') that names the address of the other one
 */
export async function claimDataFolder(folder: string): Promise<FolderLock> {
  const until = performance.now() + CHANGING_MS;
  for (;;) {
    const claim = tryFolderLock(join(folder, 'arena.lock'));
    if (claim.kind === 'taken') return claim;
    const running = readRunning(folder);
    if (running !== null || performance.now() > until)
      throw alreadyRuns(folder, claim.by?.pid ?? null, running);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

function alreadyRuns(folder: string, pid: number | null, running: RunningServer | null): ArenaError {
  const [message, advice] =
    running === null
      ? [`An arena has been starting or stopping on the data folder ${folder} for a minute.`, 'Wait for it']
      : [`An arena runs on the data folder ${folder} already: ${running.url}`, 'Open that page'];
  return new ArenaError('data_folder_unusable', message, {
    hint: `${advice}, ${pid === null ? '' : `stop process ${pid}, `}or name another folder with --data.`,
    data: { url: running?.url ?? null, pid },
  });
}

export function writeRunning(folder: string, url: string, ownerKey: string): void {
  const server: RunningServer = { ...ownIdentity(), url, ownerKey };
  writeWhole(join(folder, 'server.json'), JSON.stringify(server));
}

export function removeRunning(folder: string): void {
  if (readRunning(folder)?.pid === process.pid) rmSync(join(folder, 'server.json'), { force: true });
}

/** The server that the folder says is running, if its process still lives. */
export function readRunning(folder: string): RunningServer | null {
  const server = readJson<RunningServer>(join(folder, 'server.json'));
  return server !== null && lives(server) ? server : null;
}

/** Writes down which processes the arena started, so that the next one finds what a killed one left. */
export function writeServices(folder: string, services: readonly ProcessIdentity[]): void {
  writeWhole(join(folder, 'services.json'), JSON.stringify(services));
}

export function readServices(folder: string): readonly ProcessIdentity[] {
  return readJson<readonly ProcessIdentity[]>(join(folder, 'services.json')) ?? [];
}

/** @returns null where the file is missing or unreadable */
function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}

/** Of several that write at once one wins, and all get what it wrote. */
function writeOnce(path: string, secrets: Secrets): Secrets {
  const draft = `${path}.${process.pid}`;
  writeDurably(draft, JSON.stringify(secrets));
  try {
    linkSync(draft, path);
    flush(dirname(path));
    return secrets;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    return readSecrets(path) as Secrets;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Adds what an older version did not write. One process at a time: what a second one sealed would never open again. */
async function completeSecrets(path: string): Promise<Secrets> {
  const isWhole = (secrets: Partial<Secrets>): secrets is Secrets => secrets.encryptionKey !== undefined;
  const before = readSecrets(path);
  if (isWhole(before)) return before;
  return withFolderLock(`${path}.lock`, async () => {
    const found = readSecrets(path);
    if (isWhole(found)) return found;
    const secrets = { ...found, encryptionKey: randomBytes(32).toString('base64url') };
    writeWhole(path, JSON.stringify(secrets));
    return secrets;
  });
}

/** @throws ArenaError('data_folder_unusable') where it is not whole: older versions could be stopped between its writes */
function readSecrets(path: string): Omit<Secrets, 'encryptionKey'> & Partial<Secrets> {
  const text = readFileSync(path, 'utf8');
  try {
    const secrets = JSON.parse(text) as Partial<Secrets> | null;
    const { secret, ownerKey, encryptionKey } = secrets ?? {};
    const rest = encryptionKey === undefined ? [] : [encryptionKey];
    if ([secret, ownerKey, ...rest].every((value) => typeof value === 'string' && value !== '')) {
      return secrets as Secrets;
    }
  } catch {
    // told below, and not with the parser's words, which quote what is in the file
  }
  throw new ArenaError(
    'data_folder_unusable',
    `The file ${path} is not whole: ${text.length} characters of it.`,
    {
      hint: 'Restore it from a backup. Without one remove it, and new secrets are made: everybody signs in again, and keys of providers have to be entered anew. Votes and accounts stay.',
    },
  );
}

/** A reader sees the old file or the new one, never half of it, also after the power failed. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeDurably(draft, text);
  renameSync(draft, path);
  flush(dirname(path));
}

/** Returns once the disk has it. */
function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A name in a folder is the folder's content: it is on the disk when the folder is. */
function flush(folder: string): void {
  // Windows opens no folder, and keeps names by itself
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function reason(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EROFS') return 'the file system is read-only';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'it is a file, not a folder';
  if (code === 'ENOSPC') return 'the disk is full';
  return cause instanceof Error ? cause.message : String(cause);
}
