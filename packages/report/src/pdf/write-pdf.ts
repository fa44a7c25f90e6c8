import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ArenaError } from '@agon/domain';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { cellText, isNumeric, type ReportDocument } from '../document.ts';
import { TEMPLATE } from './template.ts';

const require = createRequire(import.meta.url);
const CHINESE = join(dirname(require.resolve('@embedpdf/fonts-sc')), '../fonts');
const FONT_FILES = [
  require.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
  require.resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
  join(CHINESE, 'NotoSansHans-Regular.otf'),
  join(CHINESE, 'NotoSansHans-Bold.otf'),
];
/** As the files name themselves. */
const FONTS = ['Inter', 'Noto Sans S Chinese'];
/** Where the compiler believes it works; nothing is read from there or written to it. */
const WORKSPACE = join(tmpdir(), 'agon-report');

/** One compiler for a thread's life: each new one keeps its memory. */
let compiler: NodeCompiler | null = null;

function openCompiler(): NodeCompiler {
  compiler ??= NodeCompiler.create({
    workspace: WORKSPACE,
    fontArgs: [{ fontBlobs: FONT_FILES.map((file) => readFileSync(file)) }],
  });
  return compiler;
}

/**
 * PDF/A-2a, tagged, fonts embedded; the same bytes for the same document, as its date is the snapshot's.
 * @throws ArenaError('internal') where the compiler or one of its warnings says that a page would not look as it should
 */
export function writePdf(document: ReportDocument): Uint8Array {
  const typst = openCompiler();
  let [tables, figures] = [0, 0];
  const blocks = document.blocks.map((block) => {
    if (block.kind === 'figure') {
      return { ...block, label: `${document.labels.figure} ${++figures}`, svg: block.svg };
    }
    if (block.kind !== 'table') return block;
    return {
      kind: 'table',
      label: `${document.labels.table} ${++tables}`,
      caption: block.caption,
      heads: block.columns.map(({ head }) => head),
      numeric: block.columns.map(isNumeric),
      // texts share what figures leave
      widths: block.columns.map((column) => (isNumeric(column) ? 0 : 1)),
      rows: block.rows.map((row) => row.map((cell, i) => cellText(cell, block.columns[i]!))),
    };
  });
  const data = {
    title: document.title,
    subtitle: document.subtitle,
    lang: document.locale,
    region: document.locale === 'zh' ? 'CN' : 'GB',
    fonts: FONTS,
    blocks,
  };
  try {
    typst.mapShadow(join(WORKSPACE, 'report.json'), Buffer.from(JSON.stringify(data)));
    const compiled = typst.compile({ mainFileContent: TEMPLATE });
    const warnings = compiled.takeWarnings?.();
    if (compiled.result === undefined || compiled.result === null) {
      throw new ArenaError(
        'internal',
        `The page does not compile: ${describe(compiled.takeDiagnostics?.() ?? warnings)}`,
      );
    }
    const seconds = Math.floor(Date.parse(document.at) / 1000);
    return typst.pdf(compiled.result, { pdfStandard: 'a-2a' as never, creationTimestamp: seconds });
  } finally {
    typst.evictCache(0);
  }
}

function describe(diagnostics: unknown): string {
  return JSON.stringify(diagnostics);
}
