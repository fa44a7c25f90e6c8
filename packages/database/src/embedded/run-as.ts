import { spawnSync } from 'node:child_process';
import { existsSync, lchownSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ArenaError } from '@agon/domain';

/**
 * Who runs PostgreSQL's programs, which refuse to run as root.
 * - `self`: this user.
 * - `namespace`: root, who is user 1000 in a user namespace of its own: no account is needed, and folders that only
 *   root can read stay readable.
 * - `user`: another account of this machine, because the folder is its own or because there are no user namespaces.
 */
export type Account = { readonly kind: 'self' } | { readonly kind: 'namespace' } | User;
type User = { readonly kind: 'user'; readonly uid: number; readonly gid: number };

/**
 * @param folder the cluster's folder, which need not exist
 * @param program one of PostgreSQL's programs, to see whether the account reaches it
 * @throws ArenaError('data_folder_unusable')
 */
export function chooseAccount(folder: string, program: string): Account {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return { kind: 'self' };
  if (existsSync(join(folder, 'PG_VERSION'))) {
    const { uid, gid } = statSync(folder);
    if (uid !== 0) return reachable({ kind: 'user', uid, gid }, folder, program);
  }
  if (canUnshare()) return { kind: 'namespace' };
  const found = ['postgres', 'nobody'].map(findUser).find((user) => user !== null);
  if (found === undefined) {
    throw new ArenaError(
      'data_folder_unusable',
      'PostgreSQL does not run as root, and this machine has neither user namespaces nor an unprivileged account.',
      { hint: 'Run as an ordinary user, or set DATABASE_URL to a PostgreSQL server (15 to 18).' },
    );
  }
  return reachable({ kind: 'user', ...found }, folder, program);
}

/** Command, arguments and options of `spawn` that run a program as that account. */
export function runAs(
  account: Account,
  program: string,
  args: readonly string[],
): readonly [string, readonly string[], { readonly uid?: number; readonly gid?: number }] {
  if (account.kind === 'self') return [program, args, {}];
  if (account.kind === 'user') return [program, args, { uid: account.uid, gid: account.gid }];
  return ['unshare', [...NAMESPACE, '--', program, ...args], {}];
}

/** Gives a folder and what is in it to the account. */
export function handOver(account: Account, folder: string): void {
  if (account.kind === 'user') chown(folder, account);
}

function chown(path: string, account: { readonly uid: number; readonly gid: number }): void {
  lchownSync(path, account.uid, account.gid);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) chown(below, account);
    else lchownSync(below, account.uid, account.gid);
  }
}

const NAMESPACE = ['--user', '--map-user=1000', '--map-group=1000'];
let unshareWorks: boolean | undefined;

function canUnshare(): boolean {
  unshareWorks ??= spawnSync('unshare', [...NAMESPACE, '--', 'true']).status === 0;
  return unshareWorks;
}

function reachable(account: User, folder: string, program: string): User {
  const closed = closedFolderAbove(account, folder) ?? closedFolderAbove(account, program);
  const runs = () => spawnSync(program, ['--version'], { uid: account.uid, gid: account.gid }).status === 0;
  if (closed === null && runs()) return account;
  throw new ArenaError(
    'data_folder_unusable',
    `PostgreSQL does not run as root, and user ${account.uid} cannot reach ${closed ?? dirname(program)}.`,
    {
      hint: `Let others pass through it (chmod o+x ${closed ?? dirname(program)}), run as an ordinary user, or set DATABASE_URL to a PostgreSQL server.`,
    },
  );
}

/** The nearest folder that the account may not pass through. */
function closedFolderAbove({ uid, gid }: User, place: string): string | null {
  for (let path = dirname(place); ; path = dirname(path)) {
    const stats = statSync(path);
    const bit = stats.uid === uid ? 0o100 : stats.gid === gid ? 0o010 : 0o001;
    if ((stats.mode & bit) === 0) return path;
    if (path === dirname(path)) return null;
  }
}

function findUser(name: string): { readonly uid: number; readonly gid: number } | null {
  if (!existsSync('/etc/passwd')) return null;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = (line ?? '').split(':').map(Number);
  return uid === undefined || gid === undefined || !(uid > 0) ? null : { uid, gid };
}
