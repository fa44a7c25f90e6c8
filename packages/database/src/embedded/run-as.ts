import { spawnSync } from 'node:child_process';
import { ArenaError } from '@agon/domain';

/**
 * How to start a program that refuses to run as root. An ordinary user runs it as it is; root runs it in a user
 * namespace of its own, where it is user 1000: no account is needed and folders that only root can read stay readable.
 */
export function runAs(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return [program, args];
  if (!canUnshare()) {
    throw new ArenaError(
      'data_folder_unusable',
      'PostgreSQL does not run as root, and this machine allows no user namespaces.',
      {
        hint: 'Run as an ordinary user, or set DATABASE_URL to a PostgreSQL server (15 to 18).',
      },
    );
  }
  return ['unshare', ['--user', '--map-user=1000', '--map-group=1000', '--', program, ...args]];
}

let unshareWorks: boolean | undefined;

function canUnshare(): boolean {
  unshareWorks ??=
    spawnSync('unshare', ['--user', '--map-user=1000', '--map-group=1000', '--', 'true']).status === 0;
  return unshareWorks;
}
