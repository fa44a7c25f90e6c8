import katex from 'katex';
import type { MarkdownIt } from 'markdown-it';
import { escapeHtml } from './escape-html.ts';

const LONGEST_FORMULA = 2000;

/** TeX → MathML, which needs no styles and no fonts. What KaTeX does not know, or what could reach out, is shown as text. */
function renderFormula(tex: string, display: boolean): string {
  const asText = `<code dir="ltr" class="formula">${escapeHtml(tex)}</code>`;
  if (tex.length > LONGEST_FORMULA) return asText;
  // commands that set links, classes, styles, data or images; KaTeX refuses them too (trust: false) but draws an error
  if (
    /\\(href|url|html[A-Za-z]*|includegraphics|def|gdef|edef|xdef|let|futurelet|newcommand|renewcommand|global)\b/.test(
      tex,
    )
  )
    return asText;
  try {
    const html = katex.renderToString(tex, {
      output: 'mathml',
      displayMode: display,
      trust: false,
      throwOnError: true,
      strict: 'ignore',
      maxExpand: 200,
      maxSize: 20,
    });
    // KaTeX writes colours and lengths as styles, which the page's policy forbids
    return html.replace(/ style="[^"]*"/g, '');
  } catch {
    return asText;
  }
}

const BACKSLASH = 0x5c;
const DOLLAR = 0x24;

/** `$…$`, `$$…$$`, `\(…\)`, `\[…\]`. A dollar that could be money stays a dollar. */
export function mathPlugin(md: MarkdownIt): void {
  md.inline.ruler.before('escape', 'math', (state, silent) => {
    const found = inlineFormula(state.src, state.pos);
    if (found === null) return false;
    if (!silent) {
      const token = state.push('math', 'math', 0);
      token.content = found.tex;
      token.meta = { display: found.display };
    }
    state.pos = found.end;
    return true;
  });
  md.block.ruler.before('fence', 'math_block', (state, startLine, endLine, silent) => {
    const from = state.bMarks[startLine]! + state.tShift[startLine]!;
    const open = state.src.startsWith('$$', from) ? '$$' : state.src.startsWith('\\[', from) ? '\\[' : null;
    if (open === null) return false;
    const close = open === '$$' ? '$$' : '\\]';
    let line = startLine;
    let text = state.src.slice(from + 2, state.eMarks[startLine]);
    while (!text.trimEnd().endsWith(close)) {
      line += 1;
      if (line >= endLine) return false;
      text += `\n${state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line])}`;
    }
    const tex = text.trimEnd().slice(0, -2);
    if (tex.includes(close)) return false;
    if (silent) return true;
    const token = state.push('math', 'math', 0);
    token.block = true;
    token.content = tex.trim();
    token.meta = { display: true };
    state.line = line + 1;
    return true;
  });
  md.renderer.rules.math = (tokens, index) => {
    const { content, meta, block } = tokens[index]!;
    const html = renderFormula(content, Boolean((meta as { display: boolean }).display));
    return block ? `<div class="formula" dir="ltr" tabindex="0">${html}</div>\n` : html;
  };
}

type Found = { readonly tex: string; readonly display: boolean; readonly end: number };

function inlineFormula(src: string, pos: number): Found | null {
  const first = src.charCodeAt(pos);
  const second = src[pos + 1];
  if (first === BACKSLASH && (second === '(' || second === '['))
    return enclosed(src, pos + 2, second === '(' ? '\\)' : '\\]', second === '[');
  if (first !== DOLLAR) return null;
  if (second === '$') return enclosed(src, pos + 2, '$$', true);
  return singleDollar(src, pos + 1);
}

function enclosed(src: string, from: number, close: string, display: boolean): Found | null {
  const end = src.indexOf(close, from);
  if (end < 0 || end === from || end - from > LONGEST_FORMULA) return null;
  return { tex: src.slice(from, end), display, end: end + close.length };
}

/** Pandoc's rule: no space inside the dollars, no digit after the closing one; `$5 and $10` is money. */
function singleDollar(src: string, from: number): Found | null {
  if (/^[\s$]/.test(src.slice(from, from + 1)) || from >= src.length) return null;
  for (let end = from; end < src.length && end - from < LONGEST_FORMULA; end += 1) {
    const unit = src.charCodeAt(end);
    if (unit === 0x0a && src.charCodeAt(end + 1) === 0x0a) return null;
    if (unit === BACKSLASH) end += 1;
    else if (unit === DOLLAR) {
      if (/\s/.test(src[end - 1]!) || /\d/.test(src[end + 1] ?? '') || src[end + 1] === '$') return null;
      return { tex: src.slice(from, end), display: false, end: end + 1 };
    }
  }
  return null;
}
