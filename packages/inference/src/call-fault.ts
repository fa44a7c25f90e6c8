import type { CallFault, CallFaultReason } from '@agon/arena';
import { isArenaError } from '@agon/domain';
import { readRetryAfter } from './retry-after.ts';

/** Carries a fault through code of others. Its message says nothing: some of that code acts on words in messages. */
export class CallFailed extends Error {
  readonly fault: CallFault;
  /** Name of the field that the server refuses; null: it did not say, or it is no refusal. */
  readonly refused: string | null;
  constructor(fault: CallFault, refused: string | null = null) {
    super('the call has no reply');
    this.fault = fault;
    this.refused = refused;
  }
}

export type ServerReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

export function faultOf(
  reason: CallFaultReason,
  message: string,
  retryAfterMs: number | null = null,
): CallFault {
  return { reason, message, retryAfterMs };
}

export function unreadable(baseUrl: string, why: string): CallFault {
  return faultOf('unreadable', `${baseUrl} sent a reply that cannot be read: ${why}.`);
}

/** A fault in a reply that calls itself good, as routers in front of other providers send it; null: it is none. */
export function faultInside(reply: unknown, baseUrl: string): CallFault | null {
  const { error, choices } = (reply ?? {}) as { error?: unknown; choices?: readonly { error?: unknown }[] };
  const inside = wordsOf(error ?? (Array.isArray(choices) ? choices[0]?.error : undefined));
  const status = /^[45]\d\d$/.test(inside.code) ? Number(inside.code) : null;
  return status === null ? null : faultOfError(status, inside, baseUrl, null);
}

/** What went wrong before there was a status. @param thrown by a request, its connection or its body */
export function faultOfConnection(thrown: unknown, baseUrl: string): CallFault {
  if (isArenaError(thrown) && thrown.code === 'provider_forbidden') {
    return faultOf('forbidden_address', thrown.message);
  }
  const code = codeOf((thrown as { code?: unknown } | null)?.code);
  // a server that speaks no HTTP; its bytes are not for anybody's eyes
  if (code?.startsWith('HPE_')) return unreadable(baseUrl, 'it is not HTTP');
  return faultOf('unreachable', `${baseUrl} cannot be reached${code === null ? '' : ` (${code})`}.`);
}

/** Words of a server by which it says that the prompt is longer than it can take. Only looked for, never shown. */
const TOO_LONG =
  /context_length_exceeded|exceed_context_size|maximum context length|exceeds the available context|context (?:length|window|size) (?:exceeded|of)|prompt is too long|longer than the maximum/i;

/** 429 for lack of money: no waiting helps. */
const UNPAID = /insufficient_quota|billing_hard_limit_reached|billing_not_active/;

const FLAGGED = /\bflagged\b|\bmoderation\b|content_(?:filter|policy)/i;

/**
 * @param reply with a status that is not 2xx
 * @returns the field of the request that the server says it does not take; null: it does not say
 */
export function refusedField({ status, body }: ServerReply): string | null {
  if (status !== 400 && status !== 422) return null;
  const { param, message } = errorOf(body);
  const isUnsupported =
    /unsupported|not support|unknown|unrecogni[sz]ed|unexpected|extra|not permitted|instead/i;
  if (/^[a-z_]{1,40}$/.test(param)) return param;
  if (!isUnsupported.test(message)) return null;
  if (/max_completion_tokens/.test(message)) return 'max_tokens';
  return (
    /\b(max_tokens|seed|temperature|top_p|reasoning_effort|top_logprobs|logprobs)\b/.exec(message)?.[1] ??
    null
  );
}

/** @param reply with a status that is not 2xx */
export function faultOfStatus(reply: ServerReply, baseUrl: string, nowMs: number): CallFault {
  const fault = faultOfError(reply.status, errorOf(reply.body), baseUrl, readRetryAfter(reply, nowMs));
  const field = fault.reason === 'refused' ? refusedField(reply) : null;
  return field === null ? fault : { ...fault, message: `${fault.message} It does not take this ${field}.` };
}

function faultOfError(
  status: number,
  error: ErrorWords,
  baseUrl: string,
  retryAfterMs: number | null,
): CallFault {
  const name = codeOf(error.code) ?? codeOf(error.type);
  const said = `${baseUrl} answered ${status}${name === null || name === String(status) ? '' : ` (${name})`}`;
  if (status >= 300 && status < 400) {
    return faultOf(
      'forbidden_address',
      `${said}: it sends calls on to another address, which is not followed. Write the final address.`,
    );
  }
  if (status === 402 || (status === 429 && UNPAID.test(`${error.code} ${error.type}`))) {
    return faultOf('unpaid', `${said}: its account has no credit left.`);
  }
  if (status === 429) return faultOf('rate_limited', `${said}: it is asked too often.`, retryAfterMs);
  if (status === 408) return faultOf('timeout', `${said}: it waited too long.`, retryAfterMs);
  // a router's word for a prompt that its filter met: the next one may pass
  if (status === 403 && FLAGGED.test(`${error.code} ${error.type} ${error.message}`)) {
    return faultOf('refused', `${said}: its filter refuses the prompt.`);
  }
  if (status === 401 || status === 403) return faultOf('denied', `${said}: it does not accept the key.`);
  if (status === 404) {
    return faultOf('unknown_model', `${said}: it has no such model, or nothing is at this address.`);
  }
  const isTooLong =
    [400, 413, 422].includes(status) && TOO_LONG.test(`${error.code} ${error.type} ${error.message}`);
  if (isTooLong) return faultOf('too_long', `${said}: the prompt is longer than the model can take.`);
  if (status >= 400 && status < 500) return faultOf('refused', `${said}: it refuses the call.`);
  return faultOf('server_error', `${said}: it failed.`, retryAfterMs);
}

/** Empty where the server did not say, or said what is no text. */
type ErrorWords = {
  readonly code: string;
  readonly type: string;
  readonly param: string;
  readonly message: string;
};

/** `{error: {…}}` as most write it, a list of them as Gemini does, or the error itself as older versions of vLLM do. */
function errorOf(body: string): ErrorWords {
  try {
    const written: unknown = JSON.parse(body);
    const value = (Array.isArray(written) ? written[0] : written) as { error?: unknown } | null;
    return wordsOf(value?.error ?? value);
  } catch {
    return wordsOf(body);
  }
}

function wordsOf(error: unknown): ErrorWords {
  const word = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const { code, type, param, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  return { code: word(code), type: word(type), param: word(param), message: word(message ?? error) };
}

/** Only what looks like a name is passed on: the rest of a body may be anybody's secret. */
function codeOf(text: unknown): string | null {
  return typeof text === 'string' && /^[a-zA-Z0-9_.-]{1,64}$/.test(text) ? text : null;
}
