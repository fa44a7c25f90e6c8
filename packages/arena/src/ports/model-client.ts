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
  /**
   * What a reward model gives texts; the reply's text is a JSON object `{"scores": [[logit, …], …]}`, one list an input, raw
   * as the model gives them.
   */
  | { readonly kind: 'score'; readonly inputs: readonly ScoreInput[] }
  /** Which models the provider has; the reply's text is a JSON list of their names. */
  | { readonly kind: 'models' }
  /** Whether the provider has an endpoint for batches; the reply's text is empty. */
  | { readonly kind: 'batches' };

/** A text that is scored. */
export type ScoreInput =
  /** Read by the model's own chat template; the last message is the answer that is scored. */
  | { readonly kind: 'conversation'; readonly messages: readonly ScoreMessage[] }
  | { readonly kind: 'text'; readonly text: string }
  /** Two texts, joined as the model's tokenizer does. */
  | { readonly kind: 'pair'; readonly first: string; readonly second: string };
type ScoreMessage = { readonly role: 'user' | 'assistant'; readonly content: string };

export type ChatSettings = {
  /** 0..2; null: the model's own. */
  readonly temperature: number | null;
  readonly maxTokens: number;
  /** Asked for where the provider takes one. */
  readonly seed?: number;
  /** Alternatives for each token, 0..20; 0: no probabilities. */
  readonly topLogprobs?: number;
  /** Share of the probability that tokens are drawn from, 0..1; null: the model's own. */
  readonly topP?: number | null;
  /** How long a model that reasons does so, in its provider's word; null: the model's own. */
  readonly effort?: string | null;
  /** Tokens of reasoning at most, where the provider takes such a limit; null: the model's own. */
  readonly thinkingBudget?: number | null;
  /** JSON schema that the reply must keep to. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
  /** The model must call this tool; the reply's text is a JSON object of its arguments. */
  readonly tool?: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  };
  /** How the reply to the last turn begins; the reply's text is what follows. */
  readonly prefill?: string;
  /** A picture that is shown with the first turn, as a `data:` address. */
  readonly picture?: string;
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
  /** Of the completion tokens, those that were reasoning. */
  readonly reasoningTokens?: number | null;
  readonly costUsd: number | null;
  /** The cost was computed from tokens and prices; the provider did not say. */
  readonly costEstimated?: boolean;
  /** Null: it came in a batch. */
  readonly latencyMs: number | null;
  /** Name and fingerprint of the model, as the server returned them. */
  readonly model: string | null;
  readonly fingerprint: string | null;
  /** SHA-256, hex, over what was sent, without the key. */
  readonly requestHash: string;
  /** What the server says of its limits; missing: nothing. */
  readonly limits?: readonly ReplyLimit[];
};

/** A limit of the server, as one of its replies tells it. */
export type ReplyLimit = {
  readonly of: 'requests' | 'tokens';
  readonly allowed: number;
  readonly left: number;
  /** Milliseconds until it is whole again; null: not said. */
  readonly resetMs: number | null;
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

/** What a batch is at its provider. Others than these words of the provider's are not known. */
export type RemoteBatch = {
  readonly id: string;
  /** `validating`, `in_progress`, `finalizing`, `completed`, `expired`, `failed`, `cancelling`, `cancelled`. */
  readonly state: string;
  readonly outputFile: string | null;
  readonly errorFile: string | null;
  /** Why it was not accepted; null: it was, or it is not said. */
  readonly failure: string | null;
};

export type BatchLine = {
  readonly callId: number;
  /** Null: it was not asked, because the batch expired or was cancelled. */
  readonly asked: Asked | null;
};

/** Requests of one batch, as they are uploaded. */
export interface BatchFile {
  /** @returns false where it holds all that one batch may hold already; the request was not added */
  add(callId: number, request: ModelRequest & { readonly kind: 'chat' }): boolean;
  readonly calls: number;
}

export type Tried<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | { readonly kind: 'fault'; readonly fault: CallFault };

/**
 * OpenAI's Batch endpoint, or another provider's copy of it. Every step is tried once.
 * All methods throw the signal's reason when it is aborted.
 */
export interface ModelBatches {
  newFile(): BatchFile;
  /** @returns the provider's id of the file */
  upload(file: BatchFile, name: string, signal: AbortSignal): Promise<Tried<string>>;
  /** @param key says which batch of ours it is: found again by it after a crash */
  create(file: string, key: string, signal: AbortSignal): Promise<Tried<RemoteBatch>>;
  /** @param file null: not known @returns null where there is no batch with this key or file */
  find(key: string, file: string | null, signal: AbortSignal): Promise<Tried<RemoteBatch | null>>;
  look(id: string, signal: AbortSignal): Promise<Tried<RemoteBatch>>;
  /** Lines of its output and its errors, in any order; of a call that has several, the first. */
  collect(batch: RemoteBatch, signal: AbortSignal): Promise<Tried<readonly BatchLine[]>>;
  cancel(id: string, signal: AbortSignal): Promise<Tried<RemoteBatch>>;
}

/** One model of one provider. */
export interface ModelClient {
  /**
   * Asks once: nothing is tried again in here. Every way to get no reply is a fault.
   * @throws the signal's reason when it is aborted
   */
  ask(request: ModelRequest, signal: AbortSignal): Promise<Asked>;
  /** Missing: it has no endpoint for batches that we know how to ask. */
  readonly batches?: ModelBatches;
}

export interface ModelClients {
  /**
   * @param model empty: the first that the provider lists
   * @throws ArenaError('provider_refused') where its key cannot be had
   * @throws ArenaError('provider_forbidden') where its address must not be asked
   */
  open(provider: ProviderRecord, model: string): Promise<ModelClient>;
}
