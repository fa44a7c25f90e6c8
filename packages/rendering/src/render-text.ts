import createMarkdown, { type MarkdownIt, type RendererRule } from 'markdown-it';
import { escapeHtml, isolateBidi } from './escape-html.ts';
import { highlightCode } from './highlight-code.ts';
import { mathPlugin } from './math-plugin.ts';

/** `html` holds only the tags and classes that this package writes; `direction` is for the block as a whole. */
export type RenderedText = { readonly html: string; readonly direction: 'ltr' | 'rtl' | 'auto' };

/** Above this many characters a text is shown as it is: no parser may take a server's time. */
export const LONGEST_MARKDOWN = 200_000;
/** Lines longer than this make inline parsing quadratic in the worst case. */
const LONGEST_LINE = 20_000;
/** Brackets of one line that open and never close: each costs a scan to the end of the line. */
const MAX_BRACKETS = 1500;

/** The parser drops what stands deeper than 100 levels; a text that goes there is shown whole, as it is. */
const DEEP_NEST = /^(?:\s*(?:>|[-+*](?=\s)|\d+[.)](?=\s))){40}/;

const FOLLOWED = /^(https?:|mailto:)/i;

const parser = createParser();

/**
 * Untrusted text → safe HTML: raw HTML is shown as text, nothing is loaded from elsewhere, no inline style, no
 * script, no id. Headings start at level 3, under the page's own. The same text gives the same HTML.
 */
export function renderText(text: string): RenderedText {
  const clean = isolateBidi(text.replace(/\r\n?/g, '\n').replace(/\0/g, '\uFFFD'));
  const html = isTooMuch(clean) ? `<pre class="plain">${escapeHtml(clean)}</pre>` : parser.render(clean);
  return { html, direction: directionOf(clean) };
}

function isTooMuch(text: string): boolean {
  if (text.length > LONGEST_MARKDOWN) return true;
  return text
    .split('\n')
    .some(
      (line) =>
        line.length > LONGEST_LINE ||
        DEEP_NEST.test(line) ||
        (line.match(/[[(*_`~<$]/g)?.length ?? 0) > MAX_BRACKETS,
    );
}

function createParser(): MarkdownIt {
  const md = new createMarkdown({ html: false, linkify: false, typographer: false, breaks: false });
  md.use(mathPlugin);
  md.validateLink = (url) => FOLLOWED.test(url.trim());
  const { rules } = md.renderer;

  rules.image = (tokens, index) => {
    const token = tokens[index]!;
    const alt = token.content === '' ? 'image' : token.content;
    return `<span class="image" title="${escapeHtml(String(token.attrGet('src') ?? ''))}">[${escapeHtml(alt)}]</span>`;
  };
  rules.link_open = (tokens, index) => {
    const href = String(tokens[index]!.attrGet('href') ?? '');
    // `[x]()` leads nowhere; an empty address would lead back to this page
    if (href === '') return '<a>';
    return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow">`;
  };
  rules.heading_open = (tokens, index) => `<h${lowered(tokens[index]!.tag)} dir="auto">`;
  rules.heading_close = (tokens, index) => `</h${lowered(tokens[index]!.tag)}>\n`;
  rules.paragraph_open = (tokens, index) => (tokens[index]!.hidden ? '' : '<p dir="auto">');
  rules.paragraph_close = (tokens, index) => (tokens[index]!.hidden ? '' : '</p>\n');
  rules.blockquote_open = () => '<blockquote dir="auto">\n';
  rules.list_item_open = () => '<li dir="auto">';
  rules.ordered_list_open = (tokens, index) => {
    const start = Number(tokens[index]!.attrGet('start') ?? 1);
    return Number.isInteger(start) && start !== 1 ? `<ol start="${start}">\n` : '<ol>\n';
  };
  rules.table_open = () => '<div class="table" tabindex="0" role="group">\n<table>\n';
  rules.table_close = () => '</table>\n</div>\n';
  const cell =
    (tag: string): RendererRule =>
    (tokens, index) => {
      const side = /(left|center|right)/.exec(String(tokens[index]!.attrGet('style') ?? ''))?.[1];
      return side === undefined ? `<${tag} dir="auto">` : `<${tag} dir="auto" class="to-${side}">`;
    };
  rules.th_open = cell('th');
  rules.td_open = cell('td');
  rules.code_inline = (tokens, index) => `<code dir="ltr">${escapeHtml(tokens[index]!.content)}</code>`;
  rules.code_block = (tokens, index) => codeFigure(tokens[index]!.content, '');
  rules.fence = (tokens, index) =>
    codeFigure(tokens[index]!.content, tokens[index]!.info.trim().split(/\s+/)[0] ?? '');
  return md;
}

/** h1 → h3: an answer must not look like a part of the page. */
function lowered(tag: string): number {
  return Math.min(6, Number(tag.slice(1)) + 2);
}

function codeFigure(code: string, info: string): string {
  const { html, language } = highlightCode(code, info);
  const label = language === null ? '' : ` data-lang="${language}"`;
  return `<figure class="code"${label}><pre dir="ltr" tabindex="0"><code>${html}</code></pre></figure>\n`;
}

const RTL = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;
const LETTER = /\p{L}/u;

/** Direction of the first letter, as browsers take it for dir="auto"; `auto` where there is no letter. */
function directionOf(text: string): RenderedText['direction'] {
  const letter = LETTER.exec(text)?.[0];
  if (letter === undefined) return 'auto';
  return RTL.test(letter) ? 'rtl' : 'ltr';
}
