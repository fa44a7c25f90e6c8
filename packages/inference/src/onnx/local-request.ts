import type { ChatMessage } from './chat-template.ts';
import type { PlaceProbabilities } from './generation.ts';

export const MAX_TOP_LOGPROBS = 20;

/** What a model is asked. */
export type LocalRequest = {
  readonly prompt:
    | { readonly kind: 'chat'; readonly messages: readonly ChatMessage[]; readonly prefill: string }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'tokens'; readonly ids: readonly number[] };
  /** Tokens of the reply at most; 0: only the prompt is read. */
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  /** Decides draws together with the request; null: chance does. */
  readonly seed: string | null;
  readonly stop: readonly string[];
  /** That the reply is written by; default: as the model likes. @see jsonStateOf */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
  /** Alternatives that come with each token, 0..20; null: no probabilities at all. */
  readonly topLogprobs: number | null;
  /** With probabilities of the prompt's own tokens. */
  readonly echo: boolean;
  /** Texts whose probabilities as the next token are wanted, each one token. */
  readonly labels: readonly string[];
};

export type LocalReply = {
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
  readonly logprobs: readonly PlaceProbabilities[] | null;
  /** Of the prompt's tokens, the first without one; null where it was not asked for. */
  readonly promptLogprobs:
    | readonly (PlaceProbabilities | { readonly token: string; readonly logprob: null })[]
    | null;
  readonly labels: readonly { readonly token: string; readonly id: number; readonly logprob: number }[];
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
};

export type Piece = { readonly text: string; readonly logprobs: PlaceProbabilities | null };

/** Counts since the model was loaded. */
export type EngineCounts = {
  waiting: number;
  active: number;
  requests: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** Prompts that were read. */
  prefills: number;
  /** Times that some were read together, the tokens of those, and what they were padded to. */
  batches: number;
  batchTokens: number;
  paddedTokens: number;
  prefillMs: number;
  /** Times that replies grew by a token, each by one. */
  steps: number;
  decodeMs: number;
};

export const noCounts = (): EngineCounts => ({
  waiting: 0,
  active: 0,
  requests: 0,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  prefills: 0,
  batches: 0,
  batchTokens: 0,
  paddedTokens: 0,
  prefillMs: 0,
  steps: 0,
  decodeMs: 0,
});
