import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ArenaError } from '@agon/domain';

/** Where a laptop keeps its arena, unless `--data` or AGON_DATA says otherwise. */
export function dataFolder(option: string | undefined): string {
  return resolve(option ?? process.env.AGON_DATA ?? '.agon');
}

/** What a running arena writes down for the other commands on this machine; readable by its owner only. */
export type RunningServer = { readonly url: string; readonly pid: number; readonly ownerKey: string };

type Secrets = { readonly secret: string; readonly ownerKey: string };

/** @throws ArenaError('data_folder_unusable') where the folder cannot be made or written */
export function prepareDataFolder(folder: string): Secrets {
  try {
    // root's PostgreSQL may run as another account, which passes through; every file in it is readable by its owner only
    mkdirSync(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    const path = join(folder, 'secrets.json');
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Secrets;
    const secrets: Secrets = {
      secret: randomBytes(32).toString('base64url'),
      ownerKey: `agon_owner_${randomBytes(24).toString('base64url')}`,
    };
    writeWhole(path, JSON.stringify(secrets));
    return secrets;
  } catch (cause) {
    throw new ArenaError(
      'data_folder_unusable',
      `The data folder ${folder} cannot be used: ${reason(cause)}.`,
      {
        hint: 'Make it writable for this user, or name another one with --data.',
        cause,
      },
    );
  }
}

export function writeRunning(folder: string, server: RunningServer): void {
  writeWhole(join(folder, 'server.json'), JSON.stringify(server));
}

export function removeRunning(folder: string, pid: number): void {
  if (readRunning(folder)?.pid === pid) rmSync(join(folder, 'server.json'), { force: true });
}

/** The server that the folder says is running, if its process still lives. */
export function readRunning(folder: string): RunningServer | null {
  try {
    const server = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as RunningServer;
    process.kill(server.pid, 0);
    return server;
  } catch {
    return null;
  }
}

/** A reader sees the old file or the new one, never half of it. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}

function reason(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EROFS') return 'the file system is read-only';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'it is a file, not a folder';
  if (code === 'ENOSPC') return 'the disk is full';
  return cause instanceof Error ? cause.message : String(cause);
}
