import type { AnswerId, BySlot, ModelId, Probability, PromptId } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import type { SeenContent } from './seen-content.ts';

export type DrawnPair = {
  readonly cell: number;
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
  /** Probability, over the choices this voter still had, of this prompt with these two answers on any sides. */
  readonly probability: Probability;
  readonly reason: string;
};

/**
 * Uniform over the pairs of models that this voter can still be asked about, then uniform over that pair's
 * prompts, then over the answers of each model that may stand for it, then a fair coin for the sides. Every draw depends only on `seed` and on what the voter has seen.
 * @param seen what this voter was given before: never drawn again
 * @returns null where nothing is left for this voter
 */
export function drawPair(seen: SeenContent, seed: string): DrawnPair | null {
  const { index } = seen;
  const { starts } = index;
  const choices: number[] = [];
  for (let pair = 0; pair < index.pairs; pair += 1) if (seen.leftOf(pair) > 0) choices.push(pair);
  if (choices.length === 0) return null;
  const random = seededRandom(seed);
  const pair = choices[random.below(choices.length)]!;
  const prompts = seen.leftOf(pair);
  let cell = starts[pair]!;
  for (let left = random.below(prompts); seen.has(cell) || left > 0; cell += 1)
    if (!seen.has(cell)) left -= 1;
  const sides = index.sidesOf(cell).map(({ model, answers }) => ({
    model,
    answer: answers.length === 1 ? answers[0]! : answers[random.below(answers.length)]!,
    choices: answers.length,
  }));
  const [a, b] = random.below(2) === 0 ? [sides[0]!, sides[1]!] : [sides[1]!, sides[0]!];
  const choicesOfAnswers = a.choices * b.choices;
  return {
    cell,
    promptId: index.promptOf(cell),
    models: { a: a.model, b: b.model },
    answers: { a: a.answer, b: b.answer },
    probability: 1 / (choices.length * prompts * choicesOfAnswers),
    reason: `uniform over pairs, then over prompts${choicesOfAnswers === 1 ? '' : ', then over answers'}`,
  };
}
