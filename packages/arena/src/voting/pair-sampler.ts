import type { AnswerId, BySlot, ModelId, Probability, PromptId } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import type { AnswerRecord, CampaignContent } from '../ports/content-store.ts';

export type DrawnPair = {
  readonly promptId: PromptId;
  readonly models: BySlot<ModelId>;
  readonly answers: BySlot<AnswerId>;
  /** Probability, over the choices this voter still had, of this prompt with this unordered pair of models. */
  readonly probability: Probability;
  readonly reason: string;
};

/** Names one prompt with one unordered pair of models. */
export function promptPairKey(promptId: string, modelA: string, modelB: string): string {
  return modelA < modelB ? `${promptId}|${modelA}|${modelB}` : `${promptId}|${modelB}|${modelA}`;
}

/**
 * Uniform over the pairs of models that this voter can still be asked about, then uniform over that pair's
 * prompts, then a fair coin for the sides. Every draw depends only on `seed` and on what the voter has seen.
 * @param seen `promptPairKey`s that this voter was given before: never drawn again
 * @returns null where nothing is left for this voter
 */
export function drawPair(
  content: CampaignContent,
  seen: ReadonlySet<string>,
  seed: string,
  options: { readonly skipSelfNaming: boolean },
): DrawnPair | null {
  const retired = new Set(content.models.filter((model) => model.retired).map((model) => model.id));
  const byPrompt = new Map<PromptId, AnswerRecord[]>();
  for (const answer of content.answers) {
    if (retired.has(answer.modelId) || (options.skipSelfNaming && answer.namesItself)) continue;
    const list = byPrompt.get(answer.promptId);
    if (list === undefined) byPrompt.set(answer.promptId, [answer]);
    else list.push(answer);
  }
  const choices = new Map<string, [AnswerRecord, AnswerRecord][]>();
  for (const [promptId, answers] of byPrompt) {
    for (let i = 0; i < answers.length; i += 1) {
      for (let j = i + 1; j < answers.length; j += 1) {
        const [first, second] = [answers[i]!, answers[j]!];
        if (seen.has(promptPairKey(promptId, first.modelId, second.modelId))) continue;
        const pair = promptPairKey('', first.modelId, second.modelId);
        const list = choices.get(pair);
        if (list === undefined) choices.set(pair, [[first, second]]);
        else list.push([first, second]);
      }
    }
  }
  if (choices.size === 0) return null;
  const random = seededRandom(seed);
  const pairs = [...choices.keys()].sort();
  const pair = pairs[random.below(pairs.length)]!;
  const prompts = choices.get(pair)!;
  const [first, second] = prompts[random.below(prompts.length)]!;
  const [a, b] = random.below(2) === 0 ? [first, second] : [second, first];
  return {
    promptId: a.promptId,
    models: { a: a.modelId, b: b.modelId },
    answers: { a: a.id, b: b.id },
    probability: 1 / (pairs.length * prompts.length),
    reason: 'uniform over pairs, then over prompts',
  };
}
