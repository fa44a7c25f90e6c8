import type { CallFault, CallFaultReason } from '@agon/arena';
import { isArenaError } from '@agon/domain';
import { readRetryAfter } from './retry-after.ts';

/** Carries a fault through code of others. Its message says nothing: some of that code acts on words in messages. */
export class CallFailed extends Error {
  readonly fault: CallFault;
  constructor(fault: CallFault) {
    super('the call has no reply');
    this.fault = fault;
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

/** @param reply with a status that is not 2xx */
export function faultOfStatus(reply: ServerReply, baseUrl: string, nowMs: number): CallFault {
  const { status } = reply;
  const error = errorOf(reply.body);
  const name = codeOf(error.code) ?? codeOf(error.type);
  const said = `${baseUrl} answered ${status}${name === null || name === String(status) ? '' : ` (${name})`}`;
  const retryAfterMs = readRetryAfter(reply.headers, nowMs);
  if (status >= 300 && status < 400) {
    return faultOf(
      'forbidden_address',
      `${said}: it sends calls on to another address, which is not followed. Write the final address.`,
    );
  }
  if (status === 402 || (status === 429 && [error.code, error.type].includes('insufficient_quota'))) {
    return faultOf('unpaid', `${said}: its account has no credit left.`);
  }
  if (status === 429) return faultOf('rate_limited', `${said}: it is asked too often.`, retryAfterMs);
  if (status === 408) return faultOf('timeout', `${said}: it waited too long.`, retryAfterMs);
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

type WrittenError = { readonly code?: unknown; readonly type?: unknown; readonly message?: unknown };

/** `{error: {…}}` as most write it, or the error itself as older versions of vLLM do. */
function errorOf(body: string): WrittenError {
  try {
    const value = JSON.parse(body) as { error?: unknown } | null;
    const error = value?.error ?? value;
    return typeof error === 'object' && error !== null ? error : { message: error };
  } catch {
    return { message: body };
  }
}

/** Only what looks like a name is passed on: the rest of a body may be anybody's secret. */
function codeOf(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^[a-zA-Z0-9_.-]{1,64}$/.test(text) ? text : null;
}
