import type { ReplyLimit, TokenLogprobs } from '@agon/arena';

/** One turn of a model, as the server wrote it. Null: it did not say. */
export type Completion = {
  readonly text: string;
  readonly reasoning: string | null;
  readonly finishReason: string | null;
  readonly logprobs: readonly TokenLogprobs[] | null;
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  readonly completionTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly costUsd: number | null;
  readonly model: string | null;
  readonly fingerprint: string | null;
  /** What the reply's headers said of the server's limits; missing: nothing. */
  readonly limits?: readonly ReplyLimit[];
};

type Fields = Readonly<Record<string, unknown>>;

/** Longest name, fingerprint or finish reason that is believed. */
const LONGEST_NAME = 500;

/** @returns null where the reply has no first choice with a message: it is none of a chat completion */
export function readCompletion(reply: unknown): Completion | null {
  const { choices, usage, model, system_fingerprint: fingerprint } = fieldsOf(reply) ?? {};
  const choice = Array.isArray(choices) ? fieldsOf(choices[0]) : null;
  const message = fieldsOf(choice?.message);
  const said = message === null ? null : textOf(message);
  if (choice === null || message === null || said === null) return null;
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details, cost } =
    fieldsOf(usage) ?? {};
  const own = stringOf(message.reasoning_content) ?? stringOf(message.reasoning);
  const { reasoning, text } = splitReasoning(said, own);
  return {
    text,
    reasoning,
    finishReason: nameOf(choice.finish_reason),
    logprobs: readLogprobs(fieldsOf(choice.logprobs)?.content),
    promptTokens: countOf(prompt_tokens),
    cachedTokens: countOf(fieldsOf(prompt_tokens_details)?.cached_tokens),
    completionTokens: countOf(completion_tokens),
    reasoningTokens: countOf(fieldsOf(completion_tokens_details)?.reasoning_tokens),
    costUsd: Number.isFinite(cost) && (cost as number) >= 0 ? (cost as number) : null,
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

/**
 * Some servers send what a model thinks in the text, before what it says. A tag that is never closed means that its tokens
 * were all used up by thinking; a tag that was opened by the chat template is closed in the text alone.
 * @param own what came in a field of its own: then the text is taken as it is but for a whole first block
 */
function splitReasoning(
  text: string,
  own: string | null,
): { readonly reasoning: string | null; readonly text: string } {
  const whole = /^\s*<think>([\s\S]*?)<\/think>\s*/.exec(text);
  const cut = whole ?? (own === null ? (/^\s*<think>([\s\S]*)$/.exec(text) ?? CLOSED_ONLY.exec(text)) : null);
  if (cut === null) return { reasoning: own, text };
  const thought = (cut[1] ?? '').trim();
  const parts = [own, thought].filter((part) => part !== null && part !== '');
  return { reasoning: parts.length === 0 ? null : parts.join('\n\n'), text: text.slice(cut[0].length) };
}

const CLOSED_ONLY = /^((?:(?!<think>)[\s\S])*?)\n<\/think>\s*\n/;

/** Null is a reply without words: of a filter, or of a model that only reasoned. A tool that was called is what it says. */
function textOf({ content, refusal, tool_calls: calls }: Fields): string | null {
  const called = Array.isArray(calls) ? fieldsOf(fieldsOf(calls[0])?.function)?.arguments : undefined;
  // some speak beside the call; tools are only there where the call is what is wanted
  if (typeof called === 'string') return storable(called);
  if (typeof content === 'string' && content !== '') return storable(content);
  if (content === null || content === undefined || content === '') return stringOf(refusal) ?? '';
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
  // JSON has numbers beyond those that can be written down again
  return typeof token === 'string' && Number.isFinite(logprob)
    ? { token: storable(token), logprob: logprob as number }
    : null;
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? storable(value) : null;
}

/** JSON can say what no database stores: NUL, and halves of characters. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}');
}

function nameOf(value: unknown): string | null {
  return stringOf(value)?.slice(0, LONGEST_NAME).toWellFormed() ?? null;
}

function countOf(value: unknown): number | null {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31
    ? (value as number)
    : null;
}
