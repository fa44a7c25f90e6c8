import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type StreamImport, streamImport } from '@agon/client';
import type { ImportForm, ImportResult } from '@agon/contract';
import { writeLabelMeaning } from '@agon/formats/labels';
import { Command } from 'commander';
import { makeImportForm, unreadable } from '../import-form.ts';
import { collect, columnList, oneOf } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { type ReadingOptions, readingOf, withReadingOptions } from '../reading-options.ts';
import { withServer } from '../with-server.ts';

type Options = ReadingOptions & {
  campaign: string;
  models?: string[];
  scale?: '1' | '100';
  onError: 'good' | 'none';
  dryRun?: boolean;
  create?: boolean;
  data?: string;
  json?: boolean;
};

/** `agon import`: exit 1 where rows were refused, 2 where nothing could be read. */
export function command(): Command {
  const verb = new Command('import')
    .description(
      'Add prompts, answers, votes, verdicts or scores to a campaign. Importing a file twice adds nothing.',
    )
    .argument('<paths...>', 'files, or folders of files')
    .requiredOption('--campaign <slug>', 'campaign to add to')
    .option('--create', 'create the campaign where there is none');
  return withReadingOptions(verb)
    .option(
      '--models <columns>',
      'answer-sheet: the columns that are models, separated by commas; may be given several times',
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
  const files = paths.flatMap(filesAt);
  const reading = readingOf(options);
  const form: ImportForm = {
    map: { ...reading.map },
    labels: Object.fromEntries(
      Object.entries(reading.labels ?? {}).map(([value, meaning]) => [value, writeLabelMeaning(meaning)]),
    ),
    on_error: options.onError,
    dry_run: options.dryRun ?? false,
    create: options.create ?? false,
    unblinded: options.unblinded,
    oversampled: options.oversampled,
    ...(options.format === undefined ? {} : { format: options.format }),
    ...(options.models === undefined ? {} : { models: columnList(options.models) }),
    ...(options.preference === undefined
      ? {}
      : { preference: [options.preference.low, options.preference.high] }),
    ...(options.scale === undefined ? {} : { scale: options.scale === '1' ? 1 : 100 }),
  };
  const result = await withServer(options, async ({ url, apiKey }) => {
    note(`Reading ${files.length} file${files.length === 1 ? '' : 's'} …`);
    return streamImport({
      baseUrl: url,
      apiKey,
      campaign: options.campaign,
      form: await makeImportForm(form, files),
      onProgress: showProgress(),
    });
  });
  if (options.json) printJson(withoutPreview(result));
  else print(result, options);
  if (result.errors_total > 0) process.exitCode = result.rows.imported === 0 ? 2 : 1;
}

/** Tells on a terminal how far it is, on one line; elsewhere it says nothing. */
function showProgress(): NonNullable<StreamImport['onProgress']> {
  if (!process.stderr.isTTY) return () => {};
  return ({ stage, done, total }) => {
    const share = total === 0 ? '' : ` ${Math.floor((100 * done) / total)} %`;
    const text =
      stage === 'waiting'
        ? `waiting for ${total} other imports`
        : `${stage === 'reading' ? 'reading' : 'writing'}${share}`;
    process.stderr.write(`\r\u001b[K${text}${stage === 'writing' && done === total ? '\n' : ''}`);
  };
}

function withoutPreview({ preview: _, ...result }: ImportResult) {
  return result;
}

function print(result: ImportResult, options: Options): void {
  const verb = options.dryRun ? 'Would import' : 'Imported';
  const { rows } = result;
  const duplicates = rows.duplicates === 0 ? '' : `, ${rows.duplicates} were there already`;
  process.stdout.write(
    `${verb} into ${result.campaign} (${result.format}): ${rows.imported} of ${rows.read} rows${duplicates}\n`,
  );
  const { models, prompts, answers, votes, verdicts, scores, material } = result;
  printTable(
    ['new', 'count'],
    Object.entries({
      models,
      prompts,
      answers,
      votes,
      verdicts,
      scores,
      ...(material > 0 ? { material } : {}),
    }),
  );
  for (const { message } of result.warnings) note(message);
  if (result.errors_total === 0) return;
  note(`${result.errors_total} rows refused:`);
  for (const row of result.errors.slice(0, 20)) {
    const more = row.count === 1 ? '' : ` (${row.count} times)`;
    note(
      `  ${row.file}:${row.line} ${row.column ?? ''} ${row.value === null ? '' : JSON.stringify(row.value.slice(0, 60))} ${row.reason}${more}`,
    );
  }
  if (result.errors.length > 20) note('  … the first 1,000 kinds of them with --json');
  if (rows.imported === 0 && options.onError === 'none')
    note('Nothing was imported. To take the good rows: --on-error good');
}

const TABLES = /\.(jsonl?|ndjson|csv|tsv|parquet|arrow|feather)(\.gz|\.zst)?$|\.zip$/;

function filesAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => TABLES.test(name))
      .sort()
      .map((name) => join(path, name));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
