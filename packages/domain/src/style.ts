import type { BySlot } from './by-slot.ts';

/** What is counted in an answer, in the order in which columns hold it. */
export const STYLE_COUNTS = ['length', 'lengthWithoutCode', 'headers', 'lists', 'bold'] as const;
/** `length`: characters, or tokens where a file says how many; the other lengths likewise. */
export type StyleCount = (typeof STYLE_COUNTS)[number];
export type StyleCounts = Readonly<Record<StyleCount, number>>;

/** One count of many answers; NaN, in 32 bits, where it is not known. */
export type CountColumn = Uint8Array | Uint16Array | Float32Array;
/** Counts of many answers, a column for each count; absent: known of none. */
export type StyleColumns = { readonly [Count in StyleCount]?: CountColumn };

/** Features that a rating can be controlled for. `position`: being shown first. `same-family`: judge and model are kin. */
export const STYLE_FEATURES = ['length', 'headers', 'lists', 'bold', 'position', 'same-family'] as const;
export type StyleFeature = (typeof STYLE_FEATURES)[number];

/** Whose definition of the style features is used. */
export const STYLE_DEFINITIONS = ['fastchat', 'arena-rank', 'opencompass'] as const;
export type StyleDefinition = (typeof STYLE_DEFINITIONS)[number];

/** How one definition makes a feature from the counts of the two answers, and what it adds to the fit. */
export type StyleRule = {
  readonly lengthCount: 'length' | 'lengthWithoutCode';
  /** What is added to a + b under a − b. */
  readonly added: 0 | 1;
  /** λ of ½ λ Σβ² beside the summed log-loss. */
  readonly ridge: number;
};

/**
 * fastchat: (a − b) / (a + b + 1), λ = 0.5 (lm-sys/FastChat, rating_systems.py). opencompass: the same, the length
 * without code blocks (compass_arena_bradley_terry.py). arena-rank: (a − b) / (a + b), 0 where both are 0
 * (lmarena/arena-rank, its example notebook), no ridge. All are scaled to mean 0 and variance 1.
 */
export const STYLE_RULES: Readonly<Record<StyleDefinition, StyleRule>> = {
  fastchat: { lengthCount: 'length', added: 1, ridge: 0.5 },
  'arena-rank': { lengthCount: 'length', added: 0, ridge: 0 },
  opencompass: { lengthCount: 'lengthWithoutCode', added: 1, ridge: 0.5 },
};

/** The relative difference of one count, -1..1. */
export function styleDifference(rule: StyleRule, a: number, b: number): number {
  return (a - b) / (a + b + rule.added || 1);
}

/** Counts answer by answer as columns; where some answer was not counted, it is NaN in all of them. */
export function toStyleColumns(answers: readonly (StyleCounts | undefined)[]): StyleColumns {
  return Object.fromEntries(
    STYLE_COUNTS.map((count) => [
      count,
      Float32Array.from(answers, (counts) => counts?.[count] ?? Number.NaN),
    ]),
  );
}

const CODE_BLOCK = /```[^`]*```/g;
const HEADER = /^#{1,6}\s/gm;
const LIST_ITEM = /^[^\S\n]*(?:\d+\.|[-*+])\s/gm;
const BOLD = /\*\*[^*\n]+\*\*|__[^_\n]+__/g;

/**
 * Counts of one answer in Markdown: headers, list items and bold passages outside closed code blocks; length in
 * characters, with and without those blocks.
 */
export function countStyle(text: string): StyleCounts {
  const prose = text.replaceAll(CODE_BLOCK, '');
  const count = (pattern: RegExp): number => prose.match(pattern)?.length ?? 0;
  return {
    length: text.length,
    lengthWithoutCode: prose.length,
    headers: count(HEADER),
    lists: count(LIST_ITEM),
    bold: count(BOLD),
  };
}

/** Counts of both answers of a battle, from their texts. */
export function countStyles(texts: BySlot<string>): BySlot<StyleCounts> {
  return { a: countStyle(texts.a), b: countStyle(texts.b) };
}

const FAMILIES: readonly (readonly [string, RegExp])[] = [
  ['openai', /gpt|davinci|(?:^|[^a-z])o[1-9](?:[^a-z0-9]|$)/],
  ['anthropic', /claude/],
  ['google', /gemini|gemma|palm|bard/],
  ['meta', /llama/],
  ['qwen', /qwen|qwq/],
  ['mistral', /mistral|mixtral/],
  ['deepseek', /deepseek/],
  ['glm', /glm/],
  ['yi', /(?:^|[^a-z])yi(?:[^a-z]|$)/],
  ['internlm', /internlm|compassjudger/],
  ['phi', /(?:^|[^a-z])phi(?:[^a-z]|$)/],
  ['grok', /grok/],
  ['cohere', /command-r|aya/],
];

/** Maker of a model, told from its name; null where the name tells none. */
export function modelFamily(name: string): string | null {
  const lower = name.toLowerCase();
  return FAMILIES.find(([, pattern]) => pattern.test(lower))?.[0] ?? null;
}
