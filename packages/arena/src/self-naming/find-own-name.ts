import type { SelfNamingSpan } from '../ports/content-store.ts';

/** What a sentence looks like in which somebody says who they are, up to the name. */
const INTRODUCTIONS = [
  /\b(?:I am|I['’]m|my name is|call me|this is|you(?: are|['’]re) (?:talking|chatting|speaking) (?:to|with))\s+(?:[\w,]+\s+){0,6}?$/iu,
  /\b(?:I am|I['’]m|I was|I have been|as)\b[^.!?\n]{0,80}\b(?:developed|created|trained|made|built|designed|fine-tuned|called|named|known as|by|from)\s+(?:[\w,]+\s+){0,4}?$/iu,
  /\bas\s+(?:an?\s+)?$/iu,
  /(?:我是|我叫|我的名字(?:是|叫)|作为|本人是)[^。！？\n]{0,20}$/u,
  /我[^。！？\n]{0,30}(?:由|是)[^。！？\n]{0,12}$/u,
];
const BEFORE = 160;

/**
 * Where an answer names the model that wrote it. Looks at the answer alone, at whole words (in any script), without
 * regard to case. A name with a digit in it ("gpt-4") counts wherever it stands; a word that also means something else
 * (a llama, Claude Monet, a bard) counts only where somebody introduces themselves. Words of the prompt never count:
 * an answer that repeats them gives nothing away.
 * @returns spans in UTF-16 units, in order, not overlapping
 */
export function findOwnName(
  text: string,
  model: { readonly name: string; readonly aliases: readonly string[] },
  prompt: string,
): SelfNamingSpan[] {
  const asked = prompt.toLowerCase();
  const names = [...new Set([model.name, ...model.aliases])].filter(
    (name) => name.trim().length >= 2 && !asked.includes(name.toLowerCase()),
  );
  const spans: SelfNamingSpan[] = [];
  for (const name of names) {
    const isExact = /\d/.test(name);
    for (const match of text.matchAll(wholeWord(name))) {
      const start = match.index;
      if (isExact || isIntroduction(text, start)) spans.push({ start, end: start + match[0].length });
    }
  }
  return withoutOverlaps(spans);
}

function isIntroduction(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - BEFORE), start);
  return INTRODUCTIONS.some((introduction) => introduction.test(before));
}

/** Not inside a longer word: "palm" is not in "palmetto". Hyphens and spaces stand for each other. */
function wholeWord(name: string): RegExp {
  const body = name
    .split(/[-\s_]+/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[-\\s_]?');
  // Chinese has no spaces between words: a Han name may touch its neighbours
  const isHan = /\p{Script=Han}/u.test(name);
  return new RegExp(isHan ? body : `(?<![\\p{L}\\p{N}_-])${body}(?![\\p{L}\\p{N}_])`, 'giu');
}

function withoutOverlaps(spans: readonly SelfNamingSpan[]): SelfNamingSpan[] {
  const sorted = [...spans].sort((x, y) => x.start - y.start || y.end - x.end);
  const kept: SelfNamingSpan[] = [];
  for (const span of sorted) {
    if (kept.length === 0 || span.start >= kept.at(-1)!.end) kept.push(span);
  }
  return kept;
}
