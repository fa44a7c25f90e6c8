import { ArenaError, isBlank, type ModelId, type PromptId } from '@agon/domain';
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
        maxTokens: config.maxTokens,
        // the same prompt asked again must not give the same text from a server that honours seeds
        ...(config.repeat > 1 ? { seed: call.repeat } : {}),
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

/** Some servers send a model's thinking in the text, before the answer; voters compare answers. */
function withoutThinking(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?<\/think>\s*/, '');
}
