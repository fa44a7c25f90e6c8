import type { ChatSettings } from '@agon/arena';
import { type ProviderPreset, quirksOf } from '@agon/contract';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';

export type Message = {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
};

/** What a server refused by name, while others take it. */
export type Learned = {
  /** It wants `max_completion_tokens`. */
  wantsCompletionTokens: boolean;
  /** It refuses a seed. */
  refusesSeed: boolean;
};

export function nothingLearned(): Learned {
  return { wantsCompletionTokens: false, refusesSeed: false };
}

/**
 * Takes note of a field that was refused, where the same can be asked in another way: the limit under its newer name, or
 * without the seed, which is asked for only where the provider takes one.
 * @returns whether it is worth asking again
 */
export function learn(learned: Learned, body: object, refused: string | null): boolean {
  if (refused === 'max_tokens' && 'max_tokens' in body) {
    learned.wantsCompletionTokens = true;
    return true;
  }
  if (refused === 'seed' && 'seed' in body) {
    learned.refusesSeed = true;
    return true;
  }
  return false;
}

type Body = ChatCompletionCreateParamsNonStreaming & Readonly<Record<string, unknown>>;

/**
 * A request as the servers of a preset want it: nothing is in it that was not asked for.
 * @param messages the turns so far
 * @param isLast the reply to this turn is the last one: begun replies and pictures belong to one turn alone
 */
export function completionBody(
  model: string,
  messages: readonly Message[],
  settings: ChatSettings,
  {
    preset,
    learned,
    isLast,
  }: { readonly preset: string; readonly learned: Learned; readonly isLast: boolean },
): Body {
  const {
    temperature,
    topP,
    maxTokens,
    seed,
    topLogprobs = 0,
    jsonSchema,
    tool,
    prefill,
    picture,
  } = settings;
  const quirks = quirksOf(preset as ProviderPreset);
  const seedName = quirks.seed === 'random_seed' ? 'random_seed' : 'seed';
  const limitName =
    quirks.max_tokens === 'max_completion_tokens' || learned.wantsCompletionTokens
      ? 'max_completion_tokens'
      : 'max_tokens';
  const isBegun = prefill !== undefined && isLast;
  return {
    model,
    messages: [
      ...withPicture(messages, picture),
      ...(isBegun
        ? [{ role: 'assistant', content: prefill, ...(quirks.prefill === 'prefix' ? { prefix: true } : {}) }]
        : []),
    ],
    [limitName]: maxTokens,
    ...(temperature === null ? {} : { temperature }),
    ...(topP == null ? {} : { top_p: topP }),
    ...(seed === undefined || quirks.seed === 'none' || learned.refusesSeed ? {} : { [seedName]: seed }),
    ...(topLogprobs > 0 ? { logprobs: true, top_logprobs: topLogprobs } : {}),
    ...(jsonSchema === undefined
      ? {}
      : {
          response_format:
            quirks.json_schema === 'json_object'
              ? { type: 'json_object', schema: jsonSchema }
              : { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema: jsonSchema } },
        }),
    ...(tool === undefined
      ? {}
      : {
          tools: [{ type: 'function', function: { ...tool } }],
          tool_choice: { type: 'function', function: { name: tool.name } },
        }),
    ...(isBegun && quirks.prefill === 'continue_final_message'
      ? { continue_final_message: true, add_generation_prompt: false }
      : {}),
    ...reasoningFields(settings, quirks.reasoning),
  } as Body;
}

function withPicture(messages: readonly Message[], picture: string | undefined): readonly object[] {
  if (picture === undefined) return messages;
  const first = messages.findIndex(({ role }) => role === 'user');
  return messages.map((message, place) =>
    place === first
      ? {
          ...message,
          content: [
            { type: 'text', text: message.content },
            { type: 'image_url', image_url: { url: picture } },
          ],
        }
      : message,
  );
}

/** How long a model reasons: everybody has fields of their own for a limit in tokens. */
function reasoningFields(
  { effort, thinkingBudget }: ChatSettings,
  style: ReturnType<typeof quirksOf>['reasoning'],
): Readonly<Record<string, unknown>> {
  if (effort == null && thinkingBudget == null) return {};
  const word = effort == null ? {} : { reasoning_effort: effort };
  switch (style) {
    case 'openrouter':
      return {
        // it takes one of the two
        reasoning: thinkingBudget == null ? { effort } : { max_tokens: thinkingBudget },
      };
    case 'anthropic':
      return thinkingBudget == null
        ? word
        : { ...word, thinking: { type: 'enabled', budget_tokens: thinkingBudget } };
    case 'gemini':
      return thinkingBudget == null
        ? word
        : { extra_body: { google: { thinking_config: { thinking_budget: thinkingBudget } } } };
    case 'qwen':
      return {
        ...(effort == null ? {} : { enable_thinking: effort !== 'none' }),
        ...(thinkingBudget == null ? {} : { enable_thinking: true, thinking_budget: thinkingBudget }),
      };
    default:
      return { ...word, ...(thinkingBudget == null ? {} : { thinking_budget: thinkingBudget }) };
  }
}
