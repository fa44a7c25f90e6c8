import { closeSync, fchownSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ArenaError } from '@agon/domain';
import { lives, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Longer than the longest work under the lock: a first start on a slow disk, or a recovery. */
const WAIT_MS = 150_000;
const STEP_MS = 25;
/** A lock is empty for the moment between its making and its writing; one that stays so belongs to nobody. */
const EMPTY_MS = 5_000;

export type FolderLock = { readonly kind: 'taken'; release(): void };
/** The process is null for the moment in which the holder has not written down who it is. */
export type HeldLock = { readonly kind: 'held'; readonly by: ProcessIdentity | null };

/** Lets one process at a time work on a data folder, in one process or in many. @throws ArenaError('data_folder_unusable') after minutes */
export async function withFolderLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + WAIT_MS;
  let lock = tryFolderLock(path);
  while (lock.kind === 'held') {
    if (performance.now() > until) {
      throw new ArenaError(
        'data_folder_unusable',
        `Process ${lock.by?.pid ?? '?'} has been working on this data folder for minutes.`,
        { hint: `End it, or remove ${path} if there is none.` },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    lock = tryFolderLock(path);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Takes a lock without waiting. One whose process is gone is broken. */
export function tryFolderLock(path: string): FolderLock | HeldLock {
  for (;;) {
    const own = take(path);
    if (own !== null) {
      return {
        kind: 'taken',
        release() {
          if (readText(path) === own) rmSync(path, { force: true });
        },
      };
    }
    const text = readText(path);
    // released between the two looks
    if (text === null) continue;
    const holder = holderOf(path, text);
    if (holder !== 'nobody') return { kind: 'held', by: holder };
    breakDead(path, text);
  }
}

/**
 * Removes a dead lock under a lock of its own: of two that find it, the slower must not remove the new lock of the
 * quicker.
 */
function breakDead(path: string, text: string): void {
  const breaker = `${path}.break`;
  if (take(breaker) === null) {
    const other = readText(breaker);
    if (other !== null && holderOf(breaker, other) === 'nobody') rmSync(breaker, { force: true });
    return;
  }
  try {
    if (readText(path) === text) rmSync(path, { force: true });
  } finally {
    rmSync(breaker, { force: true });
  }
}

/** @returns what was written into the lock; null where there is one already */
function take(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw cause;
  }
  try {
    const text = JSON.stringify(ownIdentity());
    // the owner of the folder must be able to read what root left there
    if (process.getuid?.() === 0) {
      const { uid, gid } = statSync(dirname(path));
      fchownSync(file, uid, gid);
    }
    writeSync(file, text);
    return text;
  } catch (cause) {
    rmSync(path, { force: true });
    throw cause;
  } finally {
    closeSync(file);
  }
}

/** @returns null where there is no lock any more */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}

function holderOf(path: string, text: string): ProcessIdentity | null | 'nobody' {
  if (text === '') {
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return age < EMPTY_MS ? null : 'nobody';
  }
  try {
    const identity = JSON.parse(text) as ProcessIdentity;
    return lives(identity) ? identity : 'nobody';
  } catch {
    // nothing that this project wrote
    return 'nobody';
  }
}
