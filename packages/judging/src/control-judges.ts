import { contentHash } from '@agon/domain';
import type { JudgedItem } from './judged-item.ts';

/** Judges without a model: the floor that every report prints. They never enter a ranking. */
export const CONTROL_JUDGES = [
  'control-longest',
  'control-first',
  'control-coin',
  'control-markdown',
] as const;
export type ControlJudge = (typeof CONTROL_JUDGES)[number];

export function isControlJudge(id: string): id is ControlJudge {
  return (CONTROL_JUDGES as readonly string[]).includes(id);
}

/**
 * What a rule says of two answers, in the battle's own slots. `longest`: more letters (code points) over all turns;
 * `markdown`: more headers, list items and bold spans; equal counts are a tie. `first`: what is shown first. `coin`:
 * one toss for each item and seed, whatever the order.
 * @param order which candidate stands in each slot, as in `Showing`
 */
export function judgeByRule(
  id: ControlJudge,
  item: Pick<JudgedItem, 'prompt' | 'candidates'>,
  order: readonly number[],
  seed: string,
): 'a' | 'b' | 'tie' {
  const [a = '', b = ''] = item.candidates.map((turns) => turns.join('\n'));
  switch (id) {
    case 'control-first':
      return order[0] === 0 ? 'a' : 'b';
    case 'control-coin': {
      const hash = contentHash(JSON.stringify([seed, item.prompt, a, b]));
      return Number.parseInt(hash.slice(0, 8), 16) % 2 === 0 ? 'a' : 'b';
    }
    case 'control-longest':
      return more([...a].length, [...b].length);
    case 'control-markdown':
      return more(markdownOf(a), markdownOf(b));
  }
}

function more(a: number, b: number): 'a' | 'b' | 'tie' {
  if (a === b) return 'tie';
  return a > b ? 'a' : 'b';
}

function markdownOf(text: string): number {
  const prose = text.replace(/```[\s\S]*?(```|$)/g, '');
  const count = (pattern: RegExp) => [...prose.matchAll(pattern)].length;
  return count(/^#{1,6}\s/gm) + count(/^\s*(?:[-*+]|\d+[.)])\s/gm) + count(/\*\*[^*\n]+\*\*|__[^_\n]+__/g);
}
