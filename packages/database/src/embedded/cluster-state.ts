import {
  closeSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ArenaError } from '@agon/domain';
import type { ProcessIdentity } from '../processes/process-identity.ts';

/** Version of what this project keeps in a cluster's folder beside PostgreSQL's own files. */
const LAYOUT = 1;

/** Kept as agon.json in the folder, readable by its owner only: who can read it can connect. */
export type ClusterState = {
  readonly password: string;
  /** Of the last start; kept where it is free, so that who holds an address finds the server again. */
  readonly port: number | null;
  /** The server of the last start and who uses it; a process is there once for each start it asked for. */
  readonly server: { readonly pid: number; readonly users: readonly ProcessIdentity[] } | null;
};

const pathOf = (folder: string) => join(folder, 'agon.json');

/** @throws ArenaError data_folder_newer; data_folder_unusable where the file is missing or damaged */
export function readState(folder: string): ClusterState {
  let stored: ClusterState & { readonly layout: number };
  try {
    stored = JSON.parse(readFileSync(pathOf(folder), 'utf8')) as typeof stored;
    if (!Number.isInteger(stored.layout)) throw new Error('it has no layout version');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ArenaError(
      'data_folder_unusable',
      missing
        ? `The database in ${folder} was not made by this program: it has no agon.json.`
        : `${pathOf(folder)} cannot be read.`,
      {
        hint: 'Put the file back from a copy of the folder, or name another folder with --data.',
        cause,
      },
    );
  }
  if (stored.layout > LAYOUT) {
    throw new ArenaError(
      'data_folder_newer',
      `This data folder has layout ${stored.layout}; this version knows layouts up to ${LAYOUT}.`,
      { hint: 'Update Agon, or name another folder with --data.' },
    );
  }
  return { password: stored.password, port: stored.port, server: stored.server };
}

/**
 * Replaces the file whole and flushes it: a power cut leaves the old one or the new one. Root leaves it to the owner of
 * the folder, who may start the next time.
 */
export function writeState(folder: string, state: ClusterState): void {
  const draft = `${pathOf(folder)}.draft`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify({ layout: LAYOUT, ...state }));
    if (process.getuid?.() === 0) fchownSync(file, statSync(folder).uid, statSync(folder).gid);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, pathOf(folder));
}
