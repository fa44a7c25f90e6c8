import { createHash } from 'node:crypto';
import type { Asked, ChatSettings, ModelClient, ModelReply, ModelRequest } from '@agon/arena';
import { ArenaError, isArenaError } from '@agon/domain';
import { faultOf } from '../call-fault.ts';
import type { ChatMessage } from './chat-template.ts';
import type { NumericMode } from './load-model.ts';
import type { LocalModel } from './local-model.ts';
import type { LocalReply, LocalRequest } from './local-request.ts';

/** Of a model's name, where its numbers are rounded in another way than the reference: `smollm2+int8`. */
const MODE_IN_NAME = /^(.*)\+(int8)$/;

/** @param model as a run names it @returns the folder's own name, and how numbers are rounded */
export function readModelName(model: string): { readonly name: string; readonly numeric: NumericMode } {
  const [, name, mode] = MODE_IN_NAME.exec(model) ?? [];
  return name === undefined || mode === undefined
    ? { name: model, numeric: 'float32' }
    : { name, numeric: mode as NumericMode };
}

/** Asks a model of this machine as any provider's is asked: a call ends as a reply or as one named fault. */
export function createLocalClient(local: LocalModel, model: string): ModelClient {
  const complete = async (
    messages: readonly ChatMessage[],
    settings: ChatSettings,
    prefill: string,
    signal: AbortSignal,
  ) => {
    refuseUnknown(settings);
    const { temperature, topP, maxTokens, seed, topLogprobs = 0, jsonSchema } = settings;
    const request: LocalRequest = {
      prompt: { kind: 'chat', messages, prefill },
      maxTokens,
      temperature: temperature ?? 1,
      topP: topP ?? 1,
      seed: seed === undefined ? null : String(seed),
      stop: [],
      topLogprobs: topLogprobs > 0 ? topLogprobs : null,
      echo: false,
      labels: [],
      ...(jsonSchema === undefined ? {} : { jsonSchema }),
    };
    return local.ask(request, signal);
  };

  const reply = async (request: ModelRequest, signal: AbortSignal): Promise<ModelReply> => {
    const startMs = performance.now();
    const info = await local.info();
    const { name } = readModelName(model);
    if (name !== info.name && name !== '') {
      throw new ArenaError('unknown_model', `The model in this folder is ${info.name}, not ${name}.`);
    }
    const said = { model: info.name, fingerprint: info.fingerprint, latencyMs: null };
    if (request.kind === 'models') {
      const names = info.labels === null ? [info.name, `${info.name}+int8`] : [info.name];
      const texts = [JSON.stringify(names)];
      return { ...join([]), ...said, texts, requestHash: hashOf({ models: info.name }) };
    }
    if (request.kind === 'batches') {
      throw new ArenaError('provider_refused', 'A model of this machine has no endpoint for batches.');
    }
    if (request.kind === 'score') {
      const { inputs } = request;
      const { scores, promptTokens, cachedTokens } = await local.score({ inputs, alone: true }, signal);
      return {
        ...join([]),
        ...said,
        texts: [JSON.stringify({ scores })],
        finishReason: 'stop',
        promptTokens,
        cachedTokens,
        costUsd: 0,
        latencyMs: Math.round(performance.now() - startMs),
        requestHash: hashOf({ fingerprint: info.fingerprint, inputs }),
      };
    }
    const { system, turns, settings } = request;
    const messages: ChatMessage[] = system === '' ? [] : [{ role: 'system', content: system }];
    const replies: LocalReply[] = [];
    for (const [at, turn] of turns.entries()) {
      messages.push({ role: 'user', content: turn });
      const prefill = at === turns.length - 1 ? (settings.prefill ?? '') : '';
      const said = await complete(messages, settings, prefill, signal);
      replies.push(said);
      messages.push({ role: 'assistant', content: said.text });
    }
    messages.pop();
    return {
      ...join(replies),
      ...said,
      latencyMs: Math.round(performance.now() - startMs),
      requestHash: hashOf({ fingerprint: info.fingerprint, messages, settings }),
    };
  };

  return {
    async ask(request, signal): Promise<Asked> {
      signal.throwIfAborted();
      try {
        return { kind: 'reply', reply: await reply(request, signal) };
      } catch (thrown) {
        signal.throwIfAborted();
        if (!isArenaError(thrown)) throw thrown;
        const message = thrown.hint === undefined ? thrown.message : `${thrown.message} ${thrown.hint}`;
        return { kind: 'fault', fault: faultOf(FAULTS[thrown.code] ?? 'server_error', message) };
      }
    },
  };
}

const FAULTS: Readonly<Partial<Record<ArenaError['code'], Parameters<typeof faultOf>[0]>>> = {
  too_large: 'too_long',
  unknown_model: 'unknown_model',
  invalid_request: 'refused',
  provider_refused: 'refused',
  provider_unreachable: 'unreachable',
};

function refuseUnknown({ tool, picture }: ChatSettings): void {
  const wanted = tool !== undefined ? 'tools' : picture !== undefined ? 'pictures' : null;
  if (wanted === null) return;
  throw new ArenaError('provider_refused', `Models of this machine are asked without ${wanted}.`);
}

function join(
  replies: readonly LocalReply[],
): Omit<ModelReply, 'model' | 'fingerprint' | 'latencyMs' | 'requestHash'> {
  const sum = (name: 'promptTokens' | 'cachedTokens' | 'completionTokens') =>
    replies.reduce((total, each) => total + each[name], 0);
  const thought = replies.map(({ text }) => /^\s*<think>([\s\S]*?)(?:<\/think>\s*|$)/.exec(text));
  const reasoning = thought.flatMap((found) => found?.[1]?.trim() || []);
  return {
    texts: replies.map(({ text }, at) => text.slice(thought[at]?.[0].length ?? 0)),
    reasoning: reasoning.length === 0 ? null : reasoning.join('\n\n'),
    finishReason:
      replies.find(({ finishReason }) => finishReason !== 'stop')?.finishReason ??
      replies.at(-1)?.finishReason ??
      null,
    logprobs: replies.at(-1)?.logprobs ?? null,
    promptTokens: sum('promptTokens'),
    cachedTokens: sum('cachedTokens'),
    completionTokens: sum('completionTokens'),
    costUsd: replies.length === 0 ? null : 0,
  };
}

function hashOf(sent: unknown): string {
  return createHash('sha256').update(JSON.stringify(sent)).digest('hex');
}
