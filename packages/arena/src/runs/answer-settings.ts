import { contentHash } from '@agon/domain';
import type { AnswerConfig, AnswerSettings } from './kinds/run-kind.ts';

/**
 * Identity of what an answer was asked under: the model as its provider knows it, and everything that is sent beside the
 * prompt. Hex, 64 characters; the same settings in another order have the same.
 */
export function hashSettings(model: string, settings: AnswerSettings): string {
  const { system, temperature, topP, maxTokens, samplingSeed, effort, thinkingBudget } = settings;
  return contentHash(
    JSON.stringify({ model, system, temperature, topP, maxTokens, samplingSeed, effort, thinkingBudget }),
  );
}

/** As a run's document shows them. Runs from before some of them could be said have the model's own. */
export function presentSettings(config: AnswerConfig): Readonly<Record<string, string | number | null>> {
  return {
    system: config.system,
    temperature: config.temperature,
    top_p: config.topP ?? null,
    max_tokens: config.maxTokens,
    sampling_seed: config.samplingSeed ?? null,
    effort: config.effort ?? null,
    thinking_budget: config.thinkingBudget ?? null,
    repeat: config.repeat,
    hash: config.settingsHash ?? null,
  };
}
