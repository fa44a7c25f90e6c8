import { ArenaError } from '@agon/domain';
import type { JudgeReply, TokenLogprobs } from './read-tokens.ts';

/** A raw reply as it is kept in files, ready to be read again. */
export type StoredReply = {
  readonly reply: JudgeReply;
  /** Null: none is stored. */
  readonly nonce: string | null;
  /** Which candidate stood in each slot. */
  readonly order: readonly number[] | null;
  readonly part: string;
  readonly context: readonly string[] | null;
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * A row with `raw` and optionally `finish_reason`, `logprobs`, `nonce`, `order` (`ab`, `ba`, or the candidates in the
 * order in which they were shown, from 0), `part` and `context`. `raw` is the text, or what a chat completions API
 * sent back: the whole object or one of its choices.
 * @throws ArenaError('invalid_file') that says which field is wrong
 */
export function readStoredReply(row: unknown): StoredReply {
  if (!isFields(row)) throw wrong('a row is a JSON object', 'raw');
  if (!Object.hasOwn(row, 'raw')) throw wrong('the field "raw" is missing', 'raw');
  const choice = choiceOf(row.raw);
  const finish = row.finish_reason ?? choice.finishReason;
  if (finish !== null && finish !== undefined && typeof finish !== 'string')
    throw wrong('"finish_reason" must be a text or null', 'finish_reason');
  const nonce = row.nonce ?? null;
  if (nonce !== null && (typeof nonce !== 'string' || !/^[A-Za-z0-9-]{1,64}$/.test(nonce)))
    throw wrong('"nonce" must be letters and digits', 'nonce');
  return {
    reply: {
      text: choice.text,
      finishReason: finish ?? null,
      logprobs: logprobsOf(row.logprobs ?? choice.logprobs),
    },
    nonce,
    order: orderOf(row.order),
    part: typeof row.part === 'string' ? row.part : '',
    context: contextOf(row.context),
  };
}

function choiceOf(raw: unknown): { text: string; finishReason?: unknown; logprobs?: unknown } {
  if (raw === null) return { text: '' };
  if (typeof raw === 'string') return { text: raw };
  if (!isFields(raw)) return { text: JSON.stringify(raw) };
  if (Array.isArray(raw.choices) && raw.choices.length === 1) return choiceOf(raw.choices[0]);
  if (isFields(raw.message)) {
    const { content } = raw.message;
    return {
      text: typeof content === 'string' ? content : '',
      finishReason: raw.finish_reason,
      logprobs: raw.logprobs,
    };
  }
  return { text: JSON.stringify(raw) };
}

function logprobsOf(value: unknown): readonly TokenLogprobs[] | null {
  if (value === undefined || value === null) return null;
  const content = isFields(value) ? (value.content ?? []) : value;
  if (!Array.isArray(content)) throw wrong('"logprobs" must be a list of tokens', 'logprobs');
  return content.map((each: unknown) => {
    if (!isFields(each)) throw wrong('"logprobs" must be a list of tokens', 'logprobs');
    const top = each.top_logprobs ?? each.top ?? [];
    if (!Array.isArray(top)) throw wrong('"top_logprobs" must be a list of tokens', 'logprobs');
    return { ...tokenOf(each), top: top.map(tokenOf) };
  });
}

function tokenOf(each: unknown): { token: string; logprob: number } {
  if (isFields(each) && typeof each.token === 'string' && typeof each.logprob === 'number')
    return { token: each.token, logprob: each.logprob };
  throw wrong('a token has "token" and "logprob"', 'logprobs');
}

function orderOf(value: unknown): readonly number[] | null {
  if (value === undefined || value === null) return null;
  if (value === 'ab') return [0, 1];
  if (value === 'ba') return [1, 0];
  const isOrder =
    Array.isArray(value) && [...value].sort((x, y) => Number(x) - Number(y)).every((each, i) => each === i);
  if (isOrder && value.length > 0) return value as number[];
  throw wrong('"order" must be "ab", "ba" or a list of candidates from 0', 'order');
}

function contextOf(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value as string[];
  throw wrong('"context" must be a text or a list of texts', 'context');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(message: string, column: string): ArenaError {
  return new ArenaError('invalid_file', message, {
    at: { column },
    hint: 'A row is {"raw": "…"}, with "finish_reason", "logprobs", "nonce" and "order" where they are known.',
  });
}
