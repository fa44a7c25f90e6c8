/** What a scripted server is sent, and what it does. */
export type ScriptedRequest = {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly authorization: string | null;
  /** All that was sent, parsed. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** From 0, over the life of the server. */
  readonly index: number;
};

/** What the server does with one request. */
export type ScriptedReply =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly finishReason?: string;
      readonly delayMs?: number;
      readonly costUsd?: number;
      readonly reasoning?: string;
      /** Tokens with their natural logarithms, at each place the likeliest first. */
      readonly logprobs?: readonly (readonly (readonly [token: string, logprob: number])[])[];
      readonly fingerprint?: string;
      /** Of the completion tokens. */
      readonly reasoningTokens?: number;
      /** Arguments of the tool that it calls, in place of a text. */
      readonly calls?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message?: string;
      readonly type?: string;
      readonly code?: string | number;
      readonly retryAfterS?: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Instead of an error as OpenAI writes it. */
      readonly body?: string;
    }
  /** Hangs up without a word. */
  | { readonly kind: 'drop' }
  /** Begins to reply, and is gone. */
  | { readonly kind: 'cut' }
  /** Takes the request and never replies. */
  | { readonly kind: 'hang' }
  /** Replies with a space each `everyMs`, for ever. */
  | { readonly kind: 'drip'; readonly everyMs: number }
  | { readonly kind: 'redirect'; readonly status: number; readonly to: string }
  /** A body of so many bytes. */
  | { readonly kind: 'flood'; readonly bytes: number }
  | { readonly kind: 'raw'; readonly body: string };
