import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { ArenaError } from '@agon/domain';

const WAIT_MS = 60_000;
const STEP_MS = 50;

/** Lets one starter at a time work on a data folder; a lock whose process is gone does not count. */
export async function withFolderLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      if (!ownerLives(path)) {
        rmSync(path, { force: true });
        continue;
      }
      if (Date.now() > until) {
        throw new ArenaError(
          'data_folder_unusable',
          'Another process has been starting on this data folder for a minute.',
          {
            hint: `End it, or remove ${path} if there is none.`,
            cause,
          },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function ownerLives(path: string): boolean {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    // a lock that is just being written has no pid yet
    if (!Number.isInteger(pid) || pid <= 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
