import type { ProviderRecord } from './provider-store.ts';

/** What one call sends. */
export type ModelRequest =
  | {
      readonly kind: 'chat';
      /** Empty: none. */
      readonly system: string;
      /** What the user says, at least one turn; each is asked after the reply to the one before it. */
      readonly turns: readonly string[];
      readonly settings: ChatSettings;
    }
  /** Which models the provider has; the reply's text is a JSON list of their names. */
  | { readonly kind: 'models' };

export type ChatSettings = {
  /** 0..2; null: the model's own. */
  readonly temperature: number | null;
  readonly maxTokens: number;
  /** Asked for where the provider takes one. */
  readonly seed?: number;
  /** Alternatives for each token, 0..20; 0: no probabilities. */
  readonly topLogprobs?: number;
};

/** Probabilities at one place of the reply: what was said there, and the likeliest others. Natural logarithms. */
export type TokenLogprobs = {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
};

/** What a model sent back, complete. Null is unknown: the provider did not say. */
export type ModelReply = {
  /** One text a turn of the request. */
  readonly texts: readonly string[];
  readonly reasoning: string | null;
  /** `stop`, `length`, `content_filter` …; of the first turn that did not end by itself, else of the last. */
  readonly finishReason: string | null;
  readonly logprobs: readonly TokenLogprobs[] | null;
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  readonly completionTokens: number | null;
  readonly costUsd: number | null;
  readonly latencyMs: number;
  /** Name and fingerprint of the model, as the server returned them. */
  readonly model: string | null;
  readonly fingerprint: string | null;
  /** SHA-256, hex, over what was sent, without the key. */
  readonly requestHash: string;
};

/** Why a call has no reply. */
export const CALL_FAULTS = [
  'rate_limited',
  'unreachable',
  'timeout',
  'server_error',
  'unreadable',
  'too_long',
  'refused',
  'denied',
  'unpaid',
  'unknown_model',
  'forbidden_address',
] as const;
export type CallFaultReason = (typeof CALL_FAULTS)[number];

export type CallFault = {
  readonly reason: CallFaultReason;
  /** One sentence for the researcher. Never holds a body of the server beyond the type of its error. */
  readonly message: string;
  /** Milliseconds that the server asks to be left alone for, in full; null: it did not say. */
  readonly retryAfterMs: number | null;
};

export type Asked =
  | { readonly kind: 'reply'; readonly reply: ModelReply }
  | { readonly kind: 'fault'; readonly fault: CallFault };

/** One model of one provider. */
export interface ModelClient {
  /**
   * Asks once: nothing is tried again in here. Every way to get no reply is a fault.
   * @throws the signal's reason when it is aborted
   */
  ask(request: ModelRequest, signal: AbortSignal): Promise<Asked>;
}

export interface ModelClients {
  /**
   * @param model empty: the first that the provider lists
   * @throws ArenaError('provider_refused') where its key cannot be had
   * @throws ArenaError('provider_forbidden') where its address must not be asked
   */
  open(provider: ProviderRecord, model: string): Promise<ModelClient>;
}
