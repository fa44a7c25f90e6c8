import type { TokenLogprobs } from '@agon/arena';

/** One turn of a model, as the server wrote it. Null: it did not say. */
export type Completion = {
  readonly text: string;
  readonly reasoning: string | null;
  readonly finishReason: string | null;
  readonly logprobs: readonly TokenLogprobs[] | null;
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  readonly completionTokens: number | null;
  readonly costUsd: number | null;
  readonly model: string | null;
  readonly fingerprint: string | null;
};

type Fields = Readonly<Record<string, unknown>>;

/** Longest name, fingerprint or finish reason that is believed. */
const LONGEST_NAME = 500;

/** @returns null where the reply has no first choice with a message: it is none of a chat completion */
export function readCompletion(reply: unknown): Completion | null {
  const { choices, usage, model, system_fingerprint: fingerprint } = fieldsOf(reply) ?? {};
  const choice = Array.isArray(choices) ? fieldsOf(choices[0]) : null;
  const message = fieldsOf(choice?.message);
  const text = message === null ? null : textOf(message);
  if (choice === null || message === null || text === null) return null;
  const { prompt_tokens, completion_tokens, prompt_tokens_details, cost } = fieldsOf(usage) ?? {};
  return {
    text,
    reasoning: stringOf(message.reasoning_content) ?? stringOf(message.reasoning),
    finishReason: nameOf(choice.finish_reason),
    logprobs: readLogprobs(fieldsOf(choice.logprobs)?.content),
    promptTokens: countOf(prompt_tokens),
    cachedTokens: countOf(fieldsOf(prompt_tokens_details)?.cached_tokens),
    completionTokens: countOf(completion_tokens),
    costUsd: typeof cost === 'number' && cost >= 0 ? cost : null,
    model: nameOf(model),
    fingerprint: nameOf(fingerprint),
  };
}

/** @returns names of the models that a server lists; null where it is no list of models */
export function readModelList(reply: unknown): readonly string[] | null {
  const list = fieldsOf(reply)?.data;
  if (!Array.isArray(list)) return null;
  return list.flatMap((row) => nameOf(fieldsOf(row)?.id) ?? []);
}

/** Null is a reply without words: of a filter, or of a model that only reasoned. */
function textOf({ content, refusal }: Fields): string | null {
  if (typeof content === 'string') return content;
  if (content === null || content === undefined) return stringOf(refusal) ?? '';
  if (!Array.isArray(content)) return null;
  return content.map((part) => stringOf(fieldsOf(part)?.text) ?? '').join('');
}

function readLogprobs(content: unknown): readonly TokenLogprobs[] | null {
  if (!Array.isArray(content)) return null;
  const places = content.map((row) => {
    const place = readToken(row);
    const { top_logprobs: top } = fieldsOf(row) ?? {};
    return place === null
      ? null
      : { ...place, top: (Array.isArray(top) ? top : []).flatMap((one) => readToken(one) ?? []) };
  });
  // half of the places would shift the others
  return places.every((place) => place !== null) ? places : null;
}

function readToken(row: unknown): { readonly token: string; readonly logprob: number } | null {
  const { token, logprob } = fieldsOf(row) ?? {};
  return typeof token === 'string' && typeof logprob === 'number' ? { token, logprob } : null;
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_NAME) : null;
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
