import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspectDatabase } from '@agon/database';
import { chooseAccount, postgresBinaries } from '@agon/database/embedded';
import { type Check, failed } from './check.ts';

const MIN_FREE = 2 ** 30;

/** The programs, and who would run them: PostgreSQL refuses root. */
export function checkEmbedded(folder: string): Check {
  const name = 'embedded PostgreSQL';
  if (process.env.DATABASE_URL)
    return { name, ok: true, found: 'not needed: DATABASE_URL is set', advice: null };
  try {
    const { major, initdb } = postgresBinaries();
    const account = chooseAccount(join(folder, 'postgres'), initdb);
    const who =
      account.kind === 'self'
        ? 'this user'
        : account.kind === 'namespace'
          ? 'a user namespace'
          : `user ${account.uid}`;
    const platform = `${process.platform}-${process.arch}`;
    return { name, ok: true, found: `PostgreSQL ${major} for ${platform}, run as ${who}`, advice: null };
  } catch (error) {
    return failed(name, error);
  }
}

export function checkFolder(folder: string): Check {
  const name = 'data folder';
  const fault = (found: string, advice: string): Check => ({ name, ok: false, found, advice });
  const place = nearest(folder);
  if (!statSync(place).isDirectory()) return fault(`${place} is a file`, 'Name a folder with --data.');
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch {
    return fault(
      `${place} cannot be written`,
      'Make it writable for this user, or name another one with --data.',
    );
  }
  const version = join(folder, 'postgres', 'PG_VERSION');
  try {
    if (existsSync(version)) {
      const [written, brought] = [Number(readFileSync(version, 'utf8')), postgresBinaries().major];
      if (written !== brought)
        return fault(
          `${folder} was written by PostgreSQL ${written}; this version brings ${brought}`,
          'Use the version of Agon that wrote it, or name another folder with --data.',
        );
    }
  } catch (error) {
    return failed(name, error);
  }
  return { name, ok: true, found: `${folder}${place === folder ? '' : ' (will be made)'}`, advice: null };
}

export function checkDisk(folder: string): Check {
  const { bavail, bsize } = statfsSync(nearest(folder));
  const free = bavail * bsize;
  const ok = free > MIN_FREE;
  return {
    name: 'disk',
    ok,
    found: `${(free / 2 ** 30).toFixed(1)} GiB free`,
    advice: ok ? null : 'Leave at least 1 GiB for the database.',
  };
}

/** The server at DATABASE_URL: reached, new enough, writable for its role. Changes nothing there. */
export async function checkDatabase(): Promise<Check> {
  const name = 'database';
  const url = process.env.DATABASE_URL;
  if (!url) return { name, ok: true, found: 'the embedded one', advice: null };
  try {
    const { version, pending } = await inspectDatabase(url);
    const missing = pending.length === 0 ? 'up to date' : `${pending.length} migrations to apply`;
    return {
      name,
      ok: true,
      found: `PostgreSQL ${version} at DATABASE_URL, ${missing}`,
      advice: pending.length === 0 ? null : '`agon start` and `agon migrate up` apply them.',
    };
  } catch (error) {
    return failed(name, error);
  }
}

/** The folder itself, or the closest one above it that is there. */
function nearest(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearest(dirname(folder));
}
