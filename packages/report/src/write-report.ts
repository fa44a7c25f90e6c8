import type { ReportFormat, ReportLocale } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { buildReport, type ReportSource } from './build-report.ts';
import {
  writeCsv,
  writeHtml,
  writeJson,
  writeJsonl,
  writeLatex,
  writeMarkdown,
} from './writers/write-text.ts';
import { writeXlsx } from './writers/write-xlsx.ts';

/** A report in one format: the same bytes for the same snapshot, language and version. */
export async function writeReport(
  source: ReportSource,
  format: ReportFormat,
  locale: ReportLocale,
): Promise<Uint8Array> {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const document = buildReport(source, locale);
  switch (format) {
    case 'html':
      return bytes(writeHtml(document));
    case 'pdf':
      return (await loadPdf()).writePdf(document);
    case 'xlsx':
      return writeXlsx(document);
    case 'csv':
      return bytes(writeCsv(source.kept));
    case 'jsonl':
      return bytes(writeJsonl(source.kept));
    case 'json':
      return bytes(writeJson(source));
    case 'md':
      return bytes(writeMarkdown(document));
    case 'tex':
      return bytes(writeLatex(document));
  }
}

/** The compiler has binaries for the usual machines alone; every other format does without it. */
async function loadPdf() {
  try {
    return await import('./pdf/write-pdf.ts');
  } catch (cause) {
    throw new ArenaError(
      'unknown_format',
      'PDF cannot be written on this machine: the Typst compiler has no binary for it.',
      {
        hint: 'Take html and print it.',
        cause,
      },
    );
  }
}
