import type { Judge } from './judge.ts';
import { readJsonStrictly } from './read-json.ts';

/** Labels of a judge's own words, and what other tools write for the same. */
function aliasesOf(judge: Judge): ReadonlyMap<string, string> {
  const aliases = new Map(judge.labels.map((label) => [label, label]));
  if (judge.mode !== 'pairwise' || !('map' in judge.verdict)) return aliases;
  const values = new Map(Object.entries(judge.verdict.map).map(([label, value]) => [value, label]));
  const add = (alias: string, value: number) => {
    const label = values.get(value);
    if (label !== undefined && !aliases.has(alias)) aliases.set(alias, label);
  };
  if (values.has(0.75)) {
    // Arena-Hard's five levels, and the mirrored spellings that it tolerates
    for (const [alias, value] of ARENA_HARD) add(alias, value);
  } else {
    add('A', 1);
    add('B', 0);
    add('C', 0.5);
    for (const tie of ['Tie', 'TIE']) add(tie, 0.5);
    add('m', 1);
    add('M', 0);
  }
  return aliases;
}

const ARENA_HARD: readonly (readonly [string, number])[] = [
  ['A>>B', 1],
  ['B<<A', 1],
  ['A>B', 0.75],
  ['B<A', 0.75],
  ['A=B', 0.5],
  ['B=A', 0.5],
  ['B>A', 0.25],
  ['A<B', 0.25],
  ['B>>A', 0],
  ['A<<B', 0],
  // WildBench's
  ['A++', 1],
  ['A+', 0.75],
  ['B+', 0.25],
  ['B++', 0],
];

/** Words in double brackets that are meant as a verdict; `[[1, 2]]` of a program is none. */
const LIKE_A_LABEL = /^[\p{L}<>=+]{1,5}$/u;
const LIKE_A_SCORE = /^[\d.]+$/;

/**
 * Every verdict that stands in a reply of another tool: `[[A]]` or `[[7]]` (MT-bench), `[[A>>B]]` (Arena-Hard),
 * `[RESULT] A` or `[RESULT] 4` at the end (Prometheus), AlpacaEval's ranking of m and M, WildBench's `choice` and
 * `score`, `<v>A</v>`, or a reply that is a label and nothing else. An unknown word in such a mark counts as a label
 * too: what is read as nothing must not be left out.
 */
export function regionsElsewhere(judge: Judge, text: string): string[] {
  const aliases = aliasesOf(judge);
  const found: string[] = [];
  const add = (word: string) => found.push(aliases.get(word) ?? word);
  const like = judge.verdict.parser === 'score' ? LIKE_A_SCORE : LIKE_A_LABEL;
  for (const [, word = ''] of text.matchAll(/\[\[([^[\]\n]{1,16})\]\]/g)) {
    if (aliases.has(word.trim()) || like.test(word.trim())) add(word.trim());
  }
  for (const [, word = ''] of text.matchAll(/<v>([^<]*)<\/v>/g)) {
    if (word.trim() !== '…' && word.trim() !== '...') add(word.trim());
  }
  const result = /\[RESULT\]\s*:?\s*\(?([A-Za-z]+|\d+)\)?\.?\s*$/.exec(text);
  if (result !== null) add(result[1] ?? '');
  const first = firstOfAlpacaEval(text);
  if (first !== null) add(first);
  const said = text.trim();
  if (aliases.has(said)) add(said);
  const value = said.startsWith('{') || said.startsWith('```') ? readJsonStrictly(said) : undefined;
  const field = judge.verdict.parser === 'score' ? 'score' : 'choice';
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, field))
    add(String((value as Readonly<Record<string, unknown>>)[field]));
  return found;
}

/** Who is first in AlpacaEval's list of two, as JSON or as Python writes it; null: no such list. */
function firstOfAlpacaEval(text: string): string | null {
  const entry = /\{\s*["']model["']\s*:\s*["']([mM])["']\s*,\s*["']rank["']\s*:\s*([12])\s*\}/g;
  const entries = [...text.matchAll(entry)].map(([, model = '', rank = '']) => ({ model, rank }));
  if (entries.length === 0) return null;
  const models = new Set(entries.map(({ model }) => model));
  const ranks = new Set(entries.map(({ rank }) => rank));
  if (entries.length !== 2 || models.size !== 2 || ranks.size !== 2) return '?';
  return entries.find(({ rank }) => rank === '1')!.model;
}
