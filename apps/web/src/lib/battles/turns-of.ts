import type { BattlePageJson } from '@agon/contract';

/** Turns of a battle that are shown side by side: as many as any of its texts has. */
export function turnsOf({ prompt, answers }: Pick<BattlePageJson, 'prompt' | 'answers'>): number {
  const lengths = [prompt?.turns.length, answers.a.turns?.length, answers.b.turns?.length];
  return Math.max(1, ...lengths.map((length) => length ?? 0));
}
