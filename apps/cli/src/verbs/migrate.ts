import { join } from 'node:path';
import { connect, migrateDatabase, migrationStatus } from '@agon/database';
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
  ).action((options: Options) => run('status', options));
  common(migrate.command('up').description('apply what is missing')).action((options: Options) =>
    run('up', options),
  );
  return migrate;
}

async function run(what: 'status' | 'up', options: Options): Promise<void> {
  const external = process.env.DATABASE_URL;
  const folder = dataFolder(options.data);
  if (external === undefined || external === '') prepareDataFolder(folder);
  const postgres =
    external === undefined || external === ''
      ? await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} })
      : null;
  const url = postgres?.url ?? external!;
  try {
    const status = what === 'up' ? await migrateDatabase(url) : await readStatus(url);
    if (options.json) printJson({ applied: status.applied, pending: status.pending, newer: status.newer });
    else if (status.newer) process.stdout.write('The database was written by a newer version of Agon.\n');
    else if (status.pending.length === 0)
      process.stdout.write(`Up to date: ${status.applied} migrations applied.\n`);
    else
      process.stdout.write(
        `${status.pending.length} to apply: ${status.pending.join(', ')}. Run \`agon migrate up\`.\n`,
      );
  } finally {
    if (postgres?.startedHere) await postgres.stop();
  }
}

async function readStatus(url: string) {
  const database = connect(url, { connections: 1 });
  try {
    return await migrationStatus(database.sql);
  } finally {
    await database.close();
  }
}
