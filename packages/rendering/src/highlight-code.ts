import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import haskell from 'highlight.js/lib/languages/haskell';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import julia from 'highlight.js/lib/languages/julia';
import kotlin from 'highlight.js/lib/languages/kotlin';
import lua from 'highlight.js/lib/languages/lua';
import matlab from 'highlight.js/lib/languages/matlab';
import perl from 'highlight.js/lib/languages/perl';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import r from 'highlight.js/lib/languages/r';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import scala from 'highlight.js/lib/languages/scala';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { escapeHtml } from './escape-html.ts';

const LANGUAGES = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  haskell,
  java,
  javascript,
  json,
  julia,
  kotlin,
  lua,
  matlab,
  perl,
  php,
  python,
  r,
  ruby,
  rust,
  scala,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** Longer code is shown without colours: a highlighter's worst case is worse than linear. */
const LONGEST_HIGHLIGHT = 40_000;

/**
 * Code → HTML with highlight.js's class names (`hljs-…`), no styles. An unknown language is shown plain: guessing it
 * would cost more than it tells. `language` is one of ours, or null.
 */
export function highlightCode(
  code: string,
  info: string,
): { readonly html: string; readonly language: string | null } {
  const language = info === '' ? undefined : hljs.getLanguage(info);
  if (language === undefined || code.length > LONGEST_HIGHLIGHT)
    return { html: escapeHtml(code), language: null };
  const name = Object.keys(LANGUAGES).find((each) => hljs.getLanguage(each) === language) ?? null;
  return { html: hljs.highlight(code, { language: info, ignoreIllegals: true }).value, language: name };
}
