import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { streamImport } from '@agon/client';
import { ArenaError } from '@agon/domain';
import { type BundleRow, readBundleHeader, replayRow } from '@agon/judging';
import { Command } from 'commander';
import { makeImportForm } from './import-form.ts';
import { note, printJson } from './print.ts';
import { withServer } from './with-server.ts';

type BundleOptions = { data?: string; out: string };
type ReplayOptions = { data?: string; json?: boolean; campaign: string; create?: boolean };

/** `agon runs bundle RUN` */
export function bundleCommand(): Command {
  return new Command('bundle')
    .description('write a judge run to one file: its judge, requests, replies and verdicts')
    .argument('<run>')
    .requiredOption('--out <path>', 'file to write')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .action(async (run: string, options: BundleOptions) => {
      const text = await withServer(options, ({ client }) => client('exportRunBundle', { params: { run } }));
      await writeFile(options.out, text);
      note(`${options.out}: ${text.trimEnd().split('\n').length - 1} verdicts with their replies.`);
    });
}

/** `agon runs replay FILE`: exit 1 where requests or verdicts are others than the bundle says. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('read every reply of a bundle again, and add the verdicts to a campaign')
    .argument('<file>', 'what `agon runs bundle` wrote')
    .requiredOption('--campaign <slug>', 'campaign to add to')
    .option('--create', 'create the campaign where there is none')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .action(replay);
}

async function replay(file: string, options: ReplayOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'agon-replay-'));
  try {
    const path = join(folder, 'verdicts.jsonl');
    const report = await rereadBundle(file, path);
    const result =
      report.scored === 0
        ? null
        : await withServer(options, async ({ url, apiKey }) =>
            streamImport({
              baseUrl: url,
              apiKey,
              campaign: options.campaign,
              form: await makeImportForm({ create: options.create ?? false, on_error: 'none' }, [path]),
              onProgress: () => {},
            }),
          );
    const document = { ...report, campaign: options.campaign, imported: result?.rows.imported ?? 0 };
    if (options.json) printJson(document);
    else {
      note(
        `${report.identity} with ${report.model}: ${report.read} verdicts read again, ${report.scored} scored, ${document.imported} added to ${options.campaign}.`,
      );
      for (const [reason, count] of Object.entries(report.unscored)) note(`  ${reason}: ${count}`);
      if (report.requests_differ > 0)
        note(`${report.requests_differ} requests are others than the judge makes of these texts.`);
      if (report.verdicts_differ > 0) note(`${report.verdicts_differ} replies are read otherwise now.`);
    }
    if (report.requests_differ + report.verdicts_differ > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Report = {
  identity: string;
  model: string;
  read: number;
  scored: number;
  unscored: Record<string, number>;
  requests_differ: number;
  verdicts_differ: number;
};

/** @throws ArenaError('invalid_file') that says which line is none of a bundle */
async function rereadBundle(file: string, out: string): Promise<Report> {
  const written = createWriteStream(out);
  let opened: ReturnType<typeof readBundleHeader> | null = null;
  let report: Report | null = null;
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === '') continue;
    if (opened === null || report === null) {
      opened = readBundleHeader(line, file);
      const { identity, model } = opened.header;
      report = {
        identity,
        model,
        read: 0,
        scored: 0,
        unscored: {},
        requests_differ: 0,
        verdicts_differ: 0,
      };
      continue;
    }
    const { verdict, unscored, requestDiffers, verdictDiffers } = replayRow(
      opened,
      rowOf(line, file, number),
    );
    report.read += 1;
    if (verdict !== null) {
      report.scored += 1;
      written.write(`${JSON.stringify(verdict)}\n`);
    } else report.unscored[unscored ?? 'unparseable'] = (report.unscored[unscored ?? 'unparseable'] ?? 0) + 1;
    report.requests_differ += Number(requestDiffers);
    report.verdicts_differ += Number(verdictDiffers);
  }
  await new Promise((resolve, reject) => written.on('error', reject).end(() => resolve(null)));
  if (report !== null) return report;
  throw new ArenaError('invalid_file', `${file} is empty.`, {
    at: { file, line: 1 },
    hint: 'A bundle is what `agon runs bundle RUN` writes.',
  });
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

function rowOf(line: string, file: string, number: number): BundleRow {
  try {
    const row = JSON.parse(line) as BundleRow;
    const isRow =
      typeof row?.model_a === 'string' &&
      typeof row.model_b === 'string' &&
      [row.prompt, row.answer_a, row.answer_b].every(isTexts) &&
      (row.order === 'ab' || row.order === 'ba') &&
      typeof row.nonce === 'string' &&
      (row.reply === null || typeof row.reply?.text === 'string');
    if (isRow) return row;
  } catch {
    // said below
  }
  throw new ArenaError('invalid_file', `${file}, line ${number}: this is no verdict of a bundle.`, {
    at: { file, line: number },
    hint: 'Take the bundle as `agon runs bundle RUN` wrote it.',
  });
}
