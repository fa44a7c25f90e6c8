import type { JudgeAnswer, JudgeModel, JudgeModels } from '@agon/arena';
import { ArenaError } from '@agon/domain';
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError, RateLimitError } from 'openai';

export type OpenAiJudgeOptions = {
  readonly baseUrl: string;
  readonly model: string;
  /** Servers on one's own machine need none. */
  readonly apiKey: string | null;
  /** For one request, > 0. */
  readonly timeoutMs?: number;
  readonly now?: () => number;
};

const TIMEOUT_MS = 120_000;
const RETRIES = 2;

/** Asks any OpenAI-compatible server through /v1/chat/completions. Rate limits and broken connections are tried again by the package. */
export function createOpenAiJudgeModel(options: OpenAiJudgeOptions): JudgeModel {
  const client = new OpenAI({
    baseURL: options.baseUrl,
    apiKey: options.apiKey ?? 'none',
    timeout: options.timeoutMs ?? TIMEOUT_MS,
    maxRetries: RETRIES,
  });
  const now = options.now ?? (() => performance.now());
  return {
    async ask(messages, settings, signal): Promise<JudgeAnswer> {
      const startMs = now();
      let requests = 0;
      // a fetch of its own: questions that are asked at once are counted apart
      const counted = client.withOptions({
        fetch: (url, init) => {
          requests += 1;
          return fetch(url, init);
        },
      });
      try {
        const reply = await counted.chat.completions.create(
          {
            model: options.model,
            messages: messages.map(({ role, content }) => ({ role, content })),
            temperature: settings.temperature,
            max_tokens: settings.maxTokens,
          },
          { signal },
        );
        const choice = reply.choices?.[0];
        if (choice === undefined)
          throw new ArenaError('provider_unreachable', `${options.baseUrl} answered without a choice.`);
        const usage = reply.usage as (NonNullable<typeof reply.usage> & { cost?: number }) | undefined;
        return {
          text: choice.message?.content ?? '',
          finishReason: choice.finish_reason ?? null,
          promptTokens: usage?.prompt_tokens ?? null,
          cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? null,
          completionTokens: usage?.completion_tokens ?? null,
          costUsd: typeof usage?.cost === 'number' ? usage.cost : null,
          latencyMs: Math.round(now() - startMs),
          retried: requests - 1,
        };
      } catch (error) {
        throw signal.aborted ? error : translate(error, options);
      }
    },
  };
}

function translate(error: unknown, { baseUrl, model }: OpenAiJudgeOptions): ArenaError {
  if (error instanceof APIConnectionTimeoutError) {
    return new ArenaError('provider_unreachable', `${baseUrl} did not answer in time.`, { cause: error });
  }
  if (error instanceof APIConnectionError) {
    return new ArenaError(
      'provider_unreachable',
      `${baseUrl} cannot be reached: ${error.cause instanceof Error ? error.cause.message : error.message}`,
      {
        hint: 'Check the base URL and that the server runs.',
        cause: error,
      },
    );
  }
  if (error instanceof RateLimitError) {
    const seconds = Number(error.headers?.get('retry-after'));
    return new ArenaError('rate_limited', `${baseUrl} says that it is asked too often.`, {
      hint: 'Lower --concurrency.',
      retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 5000,
      cause: error,
    });
  }
  if (error instanceof APIError && error.status !== undefined && error.status >= 400 && error.status < 500) {
    return new ArenaError(
      'provider_refused',
      `${baseUrl} refuses ${model}: ${error.status} ${error.message.slice(0, 300)}`,
      {
        hint: 'Check the model name and the key.',
        cause: error,
      },
    );
  }
  if (error instanceof APIError) {
    return new ArenaError(
      'provider_unreachable',
      `${baseUrl} failed: ${error.status ?? ''} ${error.message.slice(0, 300)}`,
      { cause: error },
    );
  }
  if (error instanceof ArenaError) return error;
  // a reply that breaks off, or is no JSON: the package passes on what its reader throws
  return new ArenaError(
    'provider_unreachable',
    `${baseUrl} sent a reply that cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    { cause: error },
  );
}

/** Judge models by URL; keys come from the environment that is handed in, by the name that a run gives. */
export function createJudgeModels(environment: Readonly<Record<string, string | undefined>>): JudgeModels {
  return {
    open({ baseUrl, model, apiKeyEnv }) {
      const apiKey = apiKeyEnv === null ? null : environment[apiKeyEnv];
      if (apiKey === undefined || apiKey === '') {
        throw new ArenaError('provider_refused', `The judge service has no variable ${apiKeyEnv}.`, {
          hint: `Set ${apiKeyEnv} where \`agon start\` runs, and start the run again.`,
        });
      }
      return createOpenAiJudgeModel({ baseUrl, model, apiKey });
    },
  };
}
