import { ArenaError, isBlank, type ModelId, type PromptId } from '@agon/domain';
import { presentSettings } from '../answer-settings.ts';
import type { AnswerConfig, RunKind } from './run-kind.ts';

/** Answers of a model to the prompts of a campaign. A target is a prompt. */
export const answers: RunKind<AnswerConfig> = {
  name: 'answers',
  parser: 'answer-1',
  results: ['answered'],
  lands: 'answers',

  plan: ({ repeat }, _seed, prompts) =>
    prompts.flatMap((target) =>
      Array.from({ length: repeat }, (_, i) => ({ target, order: '', repeat: i + 1 })),
    ),

  settings: presentSettings,

  needs: (call) => ({ prompt: call.target as PromptId }),

  render(config, call, material) {
    const prompt = material.prompts.get(call.target as PromptId);
    if (prompt === undefined) {
      throw new ArenaError('internal', 'A call points to a prompt that is gone.', {
        data: { prompt: call.target },
      });
    }
    return {
      kind: 'chat',
      system: config.system,
      turns: prompt.turns,
      settings: {
        temperature: config.temperature,
        topP: config.topP ?? null,
        maxTokens: config.maxTokens,
        effort: config.effort ?? null,
        thinkingBudget: config.thinkingBudget ?? null,
        ...seedOf(config, call.repeat),
      },
    };
  },

  read(config, call, outcome) {
    if (outcome.kind === 'fault') return { label: outcome.fault.reason, reading: null };
    const { texts, finishReason } = outcome.reply;
    if (finishReason === 'content_filter') return { label: 'refused', reading: null };
    const turns = texts.map(withoutThinking);
    const label = turns.every(isBlank) ? 'empty' : finishReason === 'length' ? 'cut_off' : 'answered';
    const reading = {
      type: 'answer' as const,
      promptId: call.target as PromptId,
      modelId: config.modelId as ModelId,
      turns,
    };
    return { label, reading };
  },
};

/** The same prompt asked again must not give the same text from a server that honours seeds. */
function seedOf({ samplingSeed, repeat }: AnswerConfig, nth: number): { readonly seed?: number } {
  if (samplingSeed != null) return { seed: samplingSeed + nth - 1 };
  return repeat > 1 ? { seed: nth } : {};
}

/** Replies from before reasoning was kept apart hold a model's thinking in the text; voters compare answers. */
function withoutThinking(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?<\/think>\s*/, '');
}
