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
  site?: boolean;
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
    .option('--site', 'a folder for any file host: index.html, zh.html, and every format to load')
    .option('--out <dir>', 'folder to write to', '.')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon report --campaign spring --as html,pdf,xlsx --out report')
    .action(run);
}

function formatsOf(text: string): readonly ReportFormat[] {
  return text.split(',').map((part) => oneOf('as', REPORT_FORMATS)(part.trim()));
}

type Part = { readonly as: ReportFormat; readonly locale: ReportLocale; readonly name: string };

function single({ as, locale }: Options): Part[] {
  return as.map((format) => ({ as: format, locale, name: `report.${format}` }));
}

/** Both languages as pages, and the files that they lead to; tables are the same in either. */
const SITE: readonly Part[] = [
  { as: 'html', locale: 'en', name: 'index.html' },
  { as: 'html', locale: 'zh', name: 'zh.html' },
  ...REPORT_LOCALES.flatMap((locale) =>
    (['pdf', 'xlsx', 'md', 'tex'] as const).map((as) => ({ as, locale, name: `report-${locale}.${as}` })),
  ),
  ...(['csv', 'jsonl', 'json'] as const).map((as) => ({ as, locale: 'en' as const, name: `report.${as}` })),
];

/** A page of the site: the report, with the other language and the files above it. */
function withLinks(page: Uint8Array, locale: ReportLocale): Uint8Array {
  const links = [
    locale === 'en'
      ? '<a href="zh.html" lang="zh-CN">中文</a>'
      : '<a href="index.html" lang="en">English</a>',
    ...SITE.filter((part) => part.as !== 'html' && (part.locale === locale || !part.name.includes('-'))).map(
      ({ as, name }) => `<a href="${name}" download>${as.toUpperCase()}</a>`,
    ),
  ];
  const text = new TextDecoder().decode(page);
  return new TextEncoder().encode(text.replace('<main>', `<nav>${links.join(' · ')}</nav>\n<main>`));
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
    for (const { as, locale, name } of options.site ? SITE : single(options)) {
      const { url } = urlOf('getReport', { snapshot }, { as, locale });
      const response = await fetch(`${origin}${url}`, {
        headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      });
      if (!response.ok) throw await errorOf(response);
      const fetched = new Uint8Array(await response.arrayBuffer());
      const bytes = options.site && as === 'html' ? withLinks(fetched, locale) : fetched;
      mkdirSync(options.out, { recursive: true });
      const path = join(options.out, name);
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
