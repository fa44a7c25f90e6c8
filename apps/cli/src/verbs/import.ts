import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ImportResult } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { collect, columnMap, oneOf } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { readTextFile } from '../read-text-file.ts';
import { withServer } from '../with-server.ts';

type Options = {
  campaign: string;
  format?: string;
  map?: string[];
  scale?: '1' | '100';
  onError: 'good' | 'none';
  dryRun?: boolean;
  create?: boolean;
  data?: string;
  json?: boolean;
};

/** `agon import`: exit 1 where rows were refused, 2 where nothing could be read. */
export function command(): Command {
  return new Command('import')
    .description(
      'Add prompts, answers, votes, verdicts or scores to a campaign. Importing a file twice adds nothing.',
    )
    .argument('<paths...>', 'files, or folders of files')
    .requiredOption('--campaign <slug>', 'campaign to add to')
    .option('--create', 'create the campaign where there is none')
    .option('--format <name>', 'format of the files (default: found from each file)')
    .option(
      '--map <column=field>',
      'column of the file and the field it means; may be given several times',
      collect,
    )
    .option('--scale <1|100>', 'scores: as fractions or in per cent', oneOf('scale', ['1', '100']))
    .option(
      '--on-error <good|none>',
      'rows with faults: import the good ones, or nothing',
      oneOf('on-error', ['good', 'none']),
      'none' as const,
    )
    .option('--dry-run', 'read and count, write nothing')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon import outputs/*.json --campaign spring --create')
    .action(run);
}

async function run(paths: string[], options: Options): Promise<void> {
  const files = paths.flatMap(readPath);
  const map = columnMap(options.map);
  const result = await withServer(options, async ({ client }) => {
    if (options.create && !options.dryRun) {
      await client('createCampaign', { body: { slug: options.campaign, title: options.campaign } }).catch(
        (error: unknown) => {
          if (!(error instanceof ArenaError && error.code === 'already_exists')) throw error;
        },
      );
    }
    note(`Reading ${files.length} file${files.length === 1 ? '' : 's'} …`);
    return client('createImport', {
      params: { campaign: options.campaign },
      body: {
        files,
        map,
        on_error: options.onError,
        dry_run: options.dryRun ?? false,
        ...(options.format === undefined ? {} : { format: options.format }),
        ...(options.scale === undefined ? {} : { scale: options.scale === '1' ? 1 : 100 }),
      },
    });
  });
  if (options.json) printJson(withoutPreview(result));
  else print(result, options);
  if (result.errors_total > 0) process.exitCode = result.rows.imported === 0 ? 2 : 1;
}

function withoutPreview({ preview: _, ...result }: ImportResult) {
  return result;
}

function print(result: ImportResult, options: Options): void {
  const verb = options.dryRun ? 'Would import' : 'Imported';
  process.stdout.write(
    `${verb} into ${result.campaign} (${result.format}): ${result.rows.imported} of ${result.rows.read} rows\n`,
  );
  const { models, prompts, answers, votes, verdicts, scores } = result;
  printTable(['new', 'count'], Object.entries({ models, prompts, answers, votes, verdicts, scores }));
  if (result.errors_total === 0) return;
  note(`${result.errors_total} rows refused:`);
  for (const row of result.errors.slice(0, 20)) {
    note(
      `  ${row.file}:${row.line} ${row.column ?? ''} ${row.value === null ? '' : JSON.stringify(row.value.slice(0, 60))} ${row.reason}`,
    );
  }
  if (result.errors_total > 20) note('  … all of the first 1,000 with --json');
  if (result.rows.imported === 0) note('Nothing was imported. To take the good rows: --on-error good');
}

function readPath(path: string): { name: string; text: string }[] {
  try {
    if (statSync(path).isDirectory()) {
      return readdirSync(path)
        .filter((name) => /\.(jsonl?|csv|tsv)$/.test(name))
        .sort()
        .flatMap((name) => readPath(join(path, name)));
    }
    return [{ name: basename(path), text: readTextFile(path) }];
  } catch (cause) {
    if (cause instanceof ArenaError) throw cause;
    throw new ArenaError('invalid_file', `${path} cannot be read.`, {
      hint: cause instanceof Error ? cause.message : undefined,
      at: { file: path },
      cause,
    });
  }
}
