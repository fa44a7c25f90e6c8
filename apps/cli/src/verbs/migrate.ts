import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  emptyMigrationStatus,
  type MigrationStatus,
  migrateDatabase,
  readMigrationStatus,
} from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import { Command } from 'commander';
import { printJson } from '../print.ts';
import { dataFolder, prepareDataFolder } from '../start/data-folder.ts';

type Options = { data?: string; json?: boolean };

/** `agon migrate [status|up]`. */
export function command(): Command {
  const migrate = new Command('migrate')
    .description('Bring the database up to date (up), or say what is missing (status, the default).')
    .addHelpText('after', '\nExample:\n  agon migrate up');
  const common = (each: Command) =>
    each
      .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
      .option('--json', 'one JSON document on stdout');
  common(
    migrate.command('status', { isDefault: true }).description('what is applied and what is not'),
  ).action(async (options: Options) => print(await readStatus(options), options));
  common(migrate.command('up').description('apply what is missing')).action(async (options: Options) =>
    print(await onDatabase(options, migrateDatabase), options),
  );
  return migrate;
}

/** Makes nothing: a folder without a database stays one. */
async function readStatus(options: Options): Promise<MigrationStatus> {
  const isThere = existsSync(join(dataFolder(options.data), 'postgres', 'PG_VERSION'));
  if (!process.env.DATABASE_URL && !isThere) return emptyMigrationStatus();
  return onDatabase(options, readMigrationStatus);
}

async function onDatabase<Result>(options: Options, work: (url: string) => Promise<Result>): Promise<Result> {
  const external = process.env.DATABASE_URL;
  if (external) return work(external);
  const folder = dataFolder(options.data);
  await prepareDataFolder(folder);
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} });
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}

function print(status: MigrationStatus, options: Options): void {
  const { applied, pending, newer } = status;
  if (options.json) printJson({ applied, pending, newer });
  else if (newer) process.stdout.write('The database was written by a newer version of Agon.\n');
  else if (pending.length === 0) process.stdout.write(`Up to date: ${applied} migrations applied.\n`);
  else process.stdout.write(`${pending.length} to apply: ${pending.join(', ')}. Run \`agon migrate up\`.\n`);
}
