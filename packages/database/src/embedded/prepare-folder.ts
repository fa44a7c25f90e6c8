import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ArenaError } from '@agon/domain';
import { explainFailure } from './explain-failure.ts';

/**
 * Makes sure that files can be written beside the cluster's folder, and that the folder is none of a newer version.
 * @returns its true path, so that two names of one folder are one to PostgreSQL and to the lock
 * @throws ArenaError data_folder_unusable, data_folder_newer
 */
export function prepareFolder(dataDir: string, major: number): string {
  const wanted = resolve(dataDir);
  try {
    mkdirSync(dirname(wanted), { recursive: true, mode: 0o700 });
    const folder = existsSync(wanted)
      ? realpathSync(wanted)
      : join(realpathSync(dirname(wanted)), basename(wanted));
    if (existsSync(folder) && !statSync(folder).isDirectory())
      throw new Error(`ENOTDIR: ${folder} is a file`);
    const probe = `${folder}.probe-${process.pid}`;
    closeSync(openSync(probe, 'w'));
    rmSync(probe);
    refuseOtherMajor(folder, major);
    return folder;
  } catch (cause) {
    throw explainFailure(wanted, cause);
  }
}

function refuseOtherMajor(folder: string, major: number): void {
  const path = join(folder, 'PG_VERSION');
  if (!existsSync(path)) return;
  const found = Number(readFileSync(path, 'utf8').trim());
  if (found === major) return;
  const isNewer = found > major;
  throw new ArenaError(
    isNewer ? 'data_folder_newer' : 'data_folder_unusable',
    `This data folder was written by PostgreSQL ${found}; this version brings ${major}.`,
    {
      hint: isNewer
        ? 'Update Agon, or name another folder with --data.'
        : `Export with the older version, or run a PostgreSQL ${found} server on it and set DATABASE_URL.`,
    },
  );
}
