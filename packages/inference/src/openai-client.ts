import { createHash } from 'node:crypto';
import type { Asked, ChatSettings, ModelClient, ModelReply, ModelRequest, ReplyLimit } from '@agon/arena';
import OpenAI from 'openai';
import type { BegunConversations } from './begun-conversations.ts';
import { CallFailed, faultInside, faultOf, unreadable } from './call-fault.ts';
import { completionBody, type Learned, learn, type Message } from './completion-body.ts';
import { LIMITS_HEADER } from './guarded-fetch.ts';
import { type Completion, readCompletion, readModelList } from './read-completion.ts';

export type OpenAiClientOptions = {
  readonly baseUrl: string;
  /** Empty: the first that the server lists. */
  readonly model: string;
  /** Some want to be asked in their own way. */
  readonly preset: string;
  /** What the model's server refused before; written to. */
  readonly learned: Learned;
  /** For one `ask`, all its turns included, milliseconds. */
  readonly timeoutMs: number;
  readonly begun: BegunConversations;
  /** Throws CallFailed where there is no reply. */
  readonly fetch: typeof fetch;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
};

/** Its own timer knows nothing of bodies: the deadline of the whole call stands here. */
const PACKAGE_TIMEOUT_MS = 2 ** 31 - 1;

/** Asks one model of an OpenAI-compatible server through the `openai` package. */
export function createOpenAiClient(options: OpenAiClientOptions): ModelClient {
  const { baseUrl, timeoutMs, elapsed, begun, preset, learned } = options;
  const server = new OpenAI({
    baseURL: baseUrl,
    // the key is added by `fetch`; the rest would be taken from the environment
    apiKey: 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: PACKAGE_TIMEOUT_MS,
    fetch: options.fetch,
  });
  let firstModel: string | null = options.model === '' ? null : options.model;

  const listModels = async (signal: AbortSignal): Promise<readonly string[]> => {
    const names = readModelList(await server.get('/models', { signal }));
    if (names === null) throw new CallFailed(unreadable(baseUrl, 'it is no list of models'));
    return names;
  };

  const modelName = async (signal: AbortSignal): Promise<string> => {
    firstModel ??= (await listModels(signal))[0] ?? null;
    if (firstModel !== null) return firstModel;
    throw new CallFailed(faultOf('unknown_model', `${baseUrl} lists no models; name one.`));
  };

  const complete = async (
    model: string,
    messages: readonly Message[],
    settings: ChatSettings,
    isLast: boolean,
    signal: AbortSignal,
  ): Promise<Completion> => {
    const send = async (): Promise<{ readonly data: unknown; readonly response: Response }> => {
      const body = completionBody(model, messages, settings, { preset, learned, isLast });
      try {
        return await server.chat.completions.create(body, { signal }).withResponse();
      } catch (thrown) {
        // the same, asked in the words that this server takes; each field is learned once
        if (learn(learned, body, failureIn(thrown)?.refused ?? null)) return send();
        throw thrown;
      }
    };
    const { data: sent, response } = await send();
    const inside = faultInside(sent, baseUrl);
    if (inside !== null) throw new CallFailed(inside);
    const completion = readCompletion(sent);
    if (completion === null) throw new CallFailed(unreadable(baseUrl, 'it is no chat completion'));
    const limits = JSON.parse(response.headers.get(LIMITS_HEADER) ?? '[]') as readonly ReplyLimit[];
    return limits.length === 0 ? completion : { ...completion, limits };
  };

  const reply = async (request: ModelRequest, signal: AbortSignal): Promise<ModelReply> => {
    const startMs = elapsed();
    const latencyMs = () => Math.round(elapsed() - startMs);
    if (request.kind === 'models') {
      const names = await listModels(signal);
      return {
        ...NOTHING,
        texts: [JSON.stringify(names)],
        latencyMs: latencyMs(),
        requestHash: hashOf({ baseUrl, models: true }),
      };
    }
    if (request.kind === 'batches') {
      const sent: unknown = await server.get('/batches?limit=1', { signal });
      if (!Array.isArray((sent as { data?: unknown } | null)?.data)) {
        throw new CallFailed(unreadable(baseUrl, 'it is no list of batches'));
      }
      return {
        ...NOTHING,
        texts: [''],
        latencyMs: latencyMs(),
        requestHash: hashOf({ baseUrl, batches: true }),
      };
    }
    if (request.kind === 'score') {
      throw new CallFailed(
        faultOf('refused', 'Reward models are run from a folder of this machine: ask with --onnx DIR.'),
      );
    }
    const { system, turns, settings } = request;
    const model = await modelName(signal);
    const messages: Message[] = system === '' ? [] : [{ role: 'system', content: system }];
    const conversation = hashOf({ baseUrl, model, system, turns, settings });
    const completions = [...begun.take(conversation)];
    try {
      for (const [place, turn] of turns.entries()) {
        messages.push({ role: 'user', content: turn });
        const isLast = place === turns.length - 1;
        completions[place] ??= await complete(model, messages, settings, isLast, signal);
        messages.push({ role: 'assistant', content: completions[place].text });
      }
    } catch (error) {
      begun.keep(conversation, completions);
      throw error;
    }
    messages.pop();
    return {
      ...joinTurns(completions),
      latencyMs: latencyMs(),
      requestHash: hashOf({ baseUrl, model, messages, settings }),
    };
  };

  return {
    async ask(request, signal): Promise<Asked> {
      signal.throwIfAborted();
      const call = new AbortController();
      const stop = () => call.abort();
      signal.addEventListener('abort', stop);
      const deadline = setTimeout(stop, timeoutMs);
      try {
        return { kind: 'reply', reply: await reply(request, call.signal) };
      } catch (thrown) {
        signal.throwIfAborted();
        return { kind: 'fault', fault: faultOfThrown(thrown, call.signal.aborted, options) };
      } finally {
        clearTimeout(deadline);
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

function faultOfThrown(thrown: unknown, isLate: boolean, { baseUrl, timeoutMs }: OpenAiClientOptions) {
  const failed = failureIn(thrown);
  if (failed !== undefined) return failed.fault;
  if (isLate) return faultOf('timeout', `${baseUrl} did not reply within ${timeoutMs / 1000} s.`);
  // its words hold parts of the body
  if (thrown instanceof SyntaxError) return unreadable(baseUrl, 'it is no JSON');
  throw thrown;
}

/** The package wraps what `fetch` throws. */
function failureIn(thrown: unknown): CallFailed | undefined {
  return [thrown, (thrown as { cause?: unknown } | null)?.cause].find((one) => one instanceof CallFailed);
}

const NOTHING = {
  reasoning: null,
  finishReason: null,
  logprobs: null,
  promptTokens: null,
  cachedTokens: null,
  completionTokens: null,
  reasoningTokens: null,
  costUsd: null,
  model: null,
  fingerprint: null,
} as const;

/** @param completions at least one */
export function joinTurns(completions: readonly Completion[]): Omit<ModelReply, 'latencyMs' | 'requestHash'> {
  const last = completions.at(-1);
  if (last === undefined) throw new TypeError('a request without a turn');
  const reasoning = completions.flatMap((one) => one.reasoning ?? []);
  const sum = (
    name: 'promptTokens' | 'cachedTokens' | 'completionTokens' | 'reasoningTokens' | 'costUsd',
  ) => {
    const known = completions.flatMap((one) => one[name] ?? []);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  return {
    texts: completions.map(({ text }) => text),
    reasoning: reasoning.length === 0 ? null : reasoning.join('\n\n'),
    finishReason: (completions.find(({ finishReason }) => finishReason !== 'stop') ?? last).finishReason,
    logprobs: last.logprobs,
    promptTokens: sum('promptTokens'),
    cachedTokens: sum('cachedTokens'),
    completionTokens: sum('completionTokens'),
    reasoningTokens: sum('reasoningTokens'),
    costUsd: sum('costUsd'),
    model: last.model,
    fingerprint: last.fingerprint,
    ...(last.limits === undefined ? {} : { limits: last.limits }),
  };
}

export function hashOf(sent: unknown): string {
  return createHash('sha256').update(JSON.stringify(sent)).digest('hex');
}
