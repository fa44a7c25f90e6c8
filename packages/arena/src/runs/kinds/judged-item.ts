import { type AnswerId, ArenaError, type BattleId, type PromptId } from '@agon/domain';
import type { JudgedItem } from '@agon/judging';
import type { JudgedPrompt } from '../../ports/content-store.ts';
import type { Material } from './run-kind.ts';

/** A battle as a judge is shown it: the turns that it shows, and what came with its prompt. */
export function itemOfBattle(id: BattleId, material: Material): JudgedItem {
  const battle = material.battles.get(id);
  if (battle === undefined) throw isGone('battle', id);
  const { promptId, answers, turns } = battle;
  return itemOfAnswers(promptId, [answers.a, answers.b], material, turns);
}

/** Answers to one prompt as a judge is shown them. @param turns turns that are shown; null: all of the prompt's */
export function itemOfAnswers(
  promptId: PromptId,
  answers: readonly AnswerId[],
  material: Pick<Material, 'prompts' | 'answers'>,
  turns: number | null = null,
): JudgedItem {
  const prompt = material.prompts.get(promptId);
  if (prompt === undefined) throw isGone('prompt', promptId);
  const shown = turns ?? prompt.turns.length;
  return {
    ...itemOfPrompt(prompt),
    prompt: prompt.turns.slice(0, shown),
    candidates: answers.map((id) => {
      const answer = material.answers.get(id);
      if (answer === undefined) throw isGone('answer', id);
      return answer.turns.slice(0, shown);
    }),
  };
}

/** What is there of a prompt, without answers. */
export function itemOfPrompt({ turns, language, category, material }: JudgedPrompt): JudgedItem {
  return { prompt: turns, candidates: [], language, category, ...material };
}

function isGone(what: string, id: string): ArenaError {
  return new ArenaError('internal', `A call points to a ${what} that is gone.`, { data: { [what]: id } });
}
