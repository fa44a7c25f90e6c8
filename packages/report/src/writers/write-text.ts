import type { KeptSnapshot } from '@agon/contract';
import { escapeXml } from '@agon/domain';
import katex from 'katex';
import { type Block, cellText, isNumeric, type ReportDocument, type Run, type Table } from '../document.ts';

/** Names of tables and figures: "Table 2". */
function numbered(document: ReportDocument): Map<Block, string> {
  let [tables, figures] = [0, 0];
  const names = new Map<Block, string>();
  for (const block of document.blocks) {
    if (block.kind === 'table') names.set(block, `${document.labels.table} ${++tables}`);
    if (block.kind === 'figure') names.set(block, `${document.labels.figure} ${++figures}`);
  }
  return names;
}

/** GitHub-flavoured Markdown; figures as files beside it would break a copy, so each is named and left to the tables. */
export function writeMarkdown(document: ReportDocument): string {
  const names = numbered(document);
  const quote = (text: string): string => text.replace(/[\\`*_[\]<>|#]/g, '\\$&').replaceAll('\n', ' ');
  const runs = (list: readonly Run[]): string =>
    list.map(({ text, bold }) => (bold ? `**${quote(text)}**` : quote(text))).join('');
  const table = (block: Table): string => {
    const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
    return [
      `${names.get(block)}: ${quote(block.caption)}`,
      '',
      line(block.columns.map(({ head }) => quote(head))),
      line(block.columns.map((column) => (isNumeric(column) ? '---:' : '---'))),
      ...block.rows.map((row) => line(row.map((cell, i) => quote(cellText(cell, block.columns[i]!))))),
    ].join('\n');
  };
  const write = (block: Block): string => {
    switch (block.kind) {
      case 'heading':
        return `## ${quote(block.text)}`;
      case 'lead':
        return `> ${runs(block.runs)}`;
      case 'paragraph':
        return runs(block.runs);
      case 'list':
        return block.items.map((item) => `- ${quote(item)}`).join('\n');
      case 'table':
        return table(block);
      case 'formula':
        return `$$\n${block.tex}\n$$`;
      case 'figure':
        return `![${quote(`${names.get(block)}: ${block.caption}`)}](data:image/svg+xml;base64,${base64(block.svg)})`;
    }
  };
  const parts = document.blocks.map(write);
  return `# ${quote(document.title)}\n\n${quote(document.subtitle)}\n\n${parts.join('\n\n')}\n`;
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

const TEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '–': '--',
  '±': '$\\pm$',
  '…': '\\ldots{}',
  θ: '$\\theta$',
  σ: '$\\sigma$',
  α: '$\\alpha$',
  δ: '$\\delta$',
  ρ: '$\\rho$',
  τ: '$\\tau$',
  '>': '$>$',
  '<': '$<$',
  '●': '$\\bullet$',
  '◆': '$\\diamond$',
  '■': '$\\square$',
};

function tex(text: string): string {
  return Array.from(text, (letter) =>
    /[&%$#_{}]/.test(letter) ? `\\${letter}` : (TEX[letter] ?? letter),
  ).join('');
}

/** A LaTeX document with booktabs; Chinese needs xelatex and ctex, English any engine. */
export function writeLatex(document: ReportDocument): string {
  const runs = (list: readonly Run[]): string =>
    list.map(({ text, bold }) => (bold ? `\\textbf{${tex(text)}}` : tex(text))).join('');
  const table = (block: Table): string =>
    [
      '\\begin{table}[htbp]',
      '\\centering',
      `\\caption{${tex(block.caption)}}`,
      `\\label{tab:${block.name}}`,
      '\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%',
      `\\begin{tabular}{${block.columns.map((column) => (isNumeric(column) ? 'r' : 'l')).join('')}}`,
      '\\toprule',
      `${block.columns.map(({ head }) => tex(head)).join(' & ')} \\\\`,
      '\\midrule',
      ...block.rows.map(
        (row) => `${row.map((cell, i) => tex(cellText(cell, block.columns[i]!))).join(' & ')} \\\\`,
      ),
      '\\bottomrule',
      '\\end{tabular}}',
      '\\end{table}',
    ].join('\n');
  const write = (block: Block): string[] => {
    switch (block.kind) {
      case 'heading':
        return [`\\section{${tex(block.text)}}`];
      case 'lead':
        return [`\\begin{quote}\n${runs(block.runs)}\n\\end{quote}`];
      case 'paragraph':
        return [runs(block.runs)];
      case 'list':
        return [
          `\\begin{itemize}\n${block.items.map((item) => `\\item ${tex(item)}`).join('\n')}\n\\end{itemize}`,
        ];
      case 'table':
        return [table(block)];
      case 'formula':
        return [`\\[\n${block.tex}\n\\]`];
      case 'figure':
        return [];
    }
  };
  const parts = document.blocks.flatMap(write);
  const isChinese = document.locale === 'zh';
  return [
    `\\documentclass{${isChinese ? 'ctexart' : 'article'}}`,
    ...(isChinese ? [] : ['\\usepackage[T1]{fontenc}', '\\usepackage[utf8]{inputenc}']),
    '\\usepackage{amsmath,amssymb,booktabs,graphicx}',
    `\\title{${tex(document.title)}}`,
    '\\author{}',
    `\\date{${tex(document.subtitle)}}`,
    '\\begin{document}',
    '\\maketitle',
    ...parts,
    '\\end{document}',
    '',
  ].join('\n\n');
}

const STYLE = `:root{color-scheme:light dark;--paper:#faf9f6;--surface:#fff;--ink:#1c1d20;--second:#55585f;--line:#e2ded5;--accent:#12776e}
@media(prefers-color-scheme:dark){:root{--paper:#141518;--surface:#fff;--ink:#ecebe7;--second:#abadb3;--line:#2c2e34;--accent:#4fc2b4}}
@media print{:root{--paper:#fff;--ink:#000;--second:#444;--line:#bbb}body{margin:0;max-width:none}table,figure{break-inside:avoid}}
body{margin:2.5rem auto;max-width:52rem;padding:0 1.25rem;background:var(--paper);color:var(--ink);font:16px/1.55 Inter,"Noto Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0}h2{font-size:1.2rem;margin:2.2rem 0 .5rem}.subtitle,figcaption,caption{color:var(--second);font-size:.875rem}
blockquote{margin:1.5rem 0;padding-inline-start:1rem;border-inline-start:3px solid var(--accent);font-size:1.06rem}
.scroll{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}caption{text-align:start;padding-bottom:.4rem}
th,td{padding:.3rem .5rem;text-align:start;vertical-align:top}thead th{border-block:1px solid var(--ink)}tbody tr{border-bottom:1px solid var(--line)}.n{text-align:end;white-space:nowrap}
figure{margin:1.5rem 0}figure svg{display:block;max-width:100%;height:auto;background:#fff;border-radius:6px}.formula{overflow-x:auto;text-align:center;margin:1rem 0}code{overflow-wrap:anywhere}`;

/** One file without a network: styles and figures are inside, formulas as MathML. */
export function writeHtml(document: ReportDocument): string {
  const names = numbered(document);
  const runs = (list: readonly Run[]): string =>
    list.map(({ text, bold }) => (bold ? `<strong>${escapeXml(text)}</strong>` : escapeXml(text))).join('');
  const table = (block: Table): string => {
    const cell = (tag: 'td' | 'th', content: string, i: number): string =>
      `<${tag}${tag === 'th' ? ' scope="col"' : ''}${isNumeric(block.columns[i]!) ? ' class="n"' : ''}>${escapeXml(content)}</${tag}>`;
    const head = block.columns.map(({ head: text }, i) => cell('th', text, i)).join('');
    const body = block.rows
      .map(
        (row) =>
          `<tr>${row.map((value, i) => cell('td', cellText(value, block.columns[i]!), i)).join('')}</tr>`,
      )
      .join('\n');
    return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeXml(names.get(block)!)}"><table><caption>${escapeXml(`${names.get(block)}: ${block.caption}`)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
  };
  const write = (block: Block): string => {
    switch (block.kind) {
      case 'heading':
        return `<h2>${escapeXml(block.text)}</h2>`;
      case 'lead':
        return `<blockquote>${runs(block.runs)}</blockquote>`;
      case 'paragraph':
        return `<p>${runs(block.runs)}</p>`;
      case 'list':
        return `<ul>${block.items.map((item) => `<li>${escapeXml(item)}</li>`).join('')}</ul>`;
      case 'table':
        return table(block);
      case 'formula':
        return `<div class="formula" role="img" aria-label="${escapeXml(block.alt)}">${katex.renderToString(block.tex, { output: 'mathml', displayMode: true })}</div>`;
      case 'figure':
        return `<figure role="group">${block.svg.replace('<svg ', `<svg role="img" aria-label="${escapeXml(block.alt)}" `)}<figcaption>${escapeXml(`${names.get(block)}: ${block.caption}`)}</figcaption></figure>`;
    }
  };
  const parts = document.blocks.map(write);
  return `<!doctype html>
<html lang="${document.locale === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeXml(document.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeXml(document.title)}</h1>
<p class="subtitle">${escapeXml(document.subtitle)}</p>
${parts.join('\n')}
</main>
</body>
</html>
`;
}

/** The whole snapshot with its seal, and the software's version. */
export function writeJson({ kept, version }: { kept: KeptSnapshot; version: string }): string {
  return `${JSON.stringify({ schema: 'agon-report/1', ...kept, software: `agon ${version}` }, null, 1)}
`;
}

type WideRow = Readonly<Record<string, string | number | null>>;

/** One row a model: the unified score, each source, each benchmark, with intervals; numbers unrounded. */
function wideRows({ unified, board }: KeptSnapshot): WideRow[] {
  const ratings = {
    people: new Map(board.people?.models.map((row) => [row.model, row])),
    judges: new Map(board.judges?.models.map((row) => [row.model, row])),
  };
  return unified.models.map((row) => ({
    model: row.model,
    rank: row.rank,
    rank_low: row.rank_low,
    rank_high: row.rank_high,
    score: row.score,
    score_low: row.low,
    score_high: row.high,
    p_first: row.p_top,
    tier: row.tier,
    provisional: row.provisional ? 1 : 0,
    ...Object.fromEntries(
      (['people', 'judges'] as const).flatMap((source) => {
        const rating = ratings[source].get(row.model);
        return [
          [`${source}_rating`, rating?.rating ?? null],
          [`${source}_rating_low`, rating?.low ?? null],
          [`${source}_rating_high`, rating?.high ?? null],
          [`${source}_comparisons`, rating?.comparisons ?? null],
        ];
      }),
    ),
    ...Object.fromEntries(
      Object.entries(row.cells).flatMap(([source, cell]) => [
        [`${source}_value`, cell.value],
        [`${source}_low`, cell.low],
        [`${source}_high`, cell.high],
        [`${source}_n`, cell.n],
        [`${source}_predicted`, cell.imputed ? 1 : 0],
      ]),
    ),
  }));
}

/** RFC 4180; a text that a spreadsheet would run gets a quote before it. */
export function writeCsv(kept: KeptSnapshot): string {
  const rows = wideRows(kept);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: string | number | null | undefined): string => {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') return String(value);
    const safe = neutral(value);
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('');
}

export function writeJsonl(kept: KeptSnapshot): string {
  return wideRows(kept)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
}

/** A text that no spreadsheet takes for a formula. */
export function neutral(text: string): string {
  return /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
}
