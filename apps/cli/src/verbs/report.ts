import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorOf, urlOf } from '@agon/client';
import { REPORT_FORMATS, REPORT_LOCALES, type ReportFormat, type ReportLocale } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { oneOf } from '../parse-options.ts';
import { note, printJson, printTable } from '../print.ts';
import { withServer } from '../with-server.ts';

type Options = {
  campaign?: string;
  from?: string;
  as: readonly ReportFormat[];
  locale: ReportLocale;
  out: string;
  data?: string;
  json?: boolean;
};

/** `agon report`: a snapshot as files that can be handed in. */
export function command(): Command {
  return new Command('report')
    .description('The report of a snapshot as files; the same snapshot gives the same bytes.')
    .option('--campaign <slug>', 'keep a snapshot of the campaign now, and report it')
    .option('--from <snapshot>', 'report this snapshot')
    .option('--as <format,…>', REPORT_FORMATS.join(', '), formatsOf, [
      'html',
      'pdf',
    ] as readonly ReportFormat[])
    .option('--locale <locale>', REPORT_LOCALES.join(', '), oneOf('locale', REPORT_LOCALES), 'en' as const)
    .option('--out <dir>', 'folder to write to', '.')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon report --campaign spring --as html,pdf,xlsx --out report')
    .action(run);
}

function formatsOf(text: string): readonly ReportFormat[] {
  return text.split(',').map((part) => oneOf('as', REPORT_FORMATS)(part.trim()));
}

async function run(options: Options): Promise<void> {
  const { campaign, from } = options;
  if ((campaign === undefined) === (from === undefined)) {
    throw new ArenaError('unknown_option', 'Say what to report: either --campaign or --from.', {
      hint: 'agon report --campaign SLUG keeps a snapshot first; --from SNAPSHOT takes one that was kept.',
    });
  }
  const written = await withServer(options, async ({ client, url: origin, apiKey }) => {
    const snapshot =
      from ??
      (await client('createSnapshot', { params: { campaign: campaign as string }, body: { query: {} } })).id;
    const files: { path: string; sha256: string; bytes: number }[] = [];
    for (const as of options.as) {
      const { url } = urlOf('getReport', { snapshot }, { as, locale: options.locale });
      const response = await fetch(`${origin}${url}`, {
        headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      });
      if (!response.ok) throw await errorOf(response);
      const bytes = new Uint8Array(await response.arrayBuffer());
      mkdirSync(options.out, { recursive: true });
      const path = join(options.out, `report.${as}`);
      writeFileSync(path, bytes);
      files.push({ path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length });
    }
    return { snapshot, files };
  });
  if (options.json) {
    printJson(written);
    return;
  }
  note(`Snapshot ${written.snapshot}`);
  printTable(
    ['file', 'bytes', 'sha256'],
    written.files.map(({ path, bytes, sha256 }) => [path, bytes, sha256.slice(0, 16)]),
  );
}
