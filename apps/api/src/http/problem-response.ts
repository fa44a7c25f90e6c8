import { randomUUID } from 'node:crypto';
import type { Problem } from '@agon/contract';
import { describeFault } from '@agon/database';
import { ArenaError, type ErrorCode, isArenaError } from '@agon/domain';
import type { Log } from '../log/line-log.ts';
import { HTTP_STATUS } from './http-status.ts';
import { PROBLEM_HEADERS } from './security-headers.ts';
import { codesOf, unavailableFault } from './unavailable.ts';

/** A text that should be an identifier is none: then there is nothing of that name. */
const NO_IDENTIFIER = '22P02';
/** Characters that PostgreSQL cannot store, as U+0000. */
const UNSTORABLE = /^(22021|22P05)$/;
const DEFAULT_RETRY_MS = 1000;

/** Any failure → an error with a code. What nobody foresaw becomes `internal` with an id that is logged once. */
export function toArenaError(error: unknown, route: string, log: Log): ArenaError {
  if (isArenaError(error) && error.kind !== 'bug') return error;
  const unavailable = unavailableFault(error);
  if (unavailable !== null) return unavailable;
  const codes = codesOf(error);
  if (codes.includes(NO_IDENTIFIER)) {
    return new ArenaError('not_found', 'An identifier of this request names nothing here.', {
      hint: 'Take it from a list or an earlier reply, unchanged.',
    });
  }
  if (codes.some((code) => UNSTORABLE.test(code))) {
    return new ArenaError('invalid_request', 'The request holds a character that cannot be stored.', {
      hint: 'Remove control characters, such as U+0000, from its texts.',
    });
  }
  const id = randomUUID();
  log({ event: 'error', id, route, ...describeFault(error) });
  return new ArenaError(isArenaError(error) ? error.code : 'internal', `Something went wrong here (${id}).`, {
    hint: 'Try again. If it stays, report it with this id; the server’s log has the details.',
  });
}

const TITLES: Readonly<Partial<Record<ErrorCode, string>>> = { internal: 'Internal error' };

/** `already_voted` → `Already voted`. */
function titleOf(code: ErrorCode): string {
  return TITLES[code] ?? `${code[0]?.toUpperCase()}${code.slice(1).replaceAll('_', ' ')}`;
}

export function toProblem(error: ArenaError): Problem {
  const retryAfterMs = error.retryAfterMs ?? (error.kind === 'unavailable' ? DEFAULT_RETRY_MS : null);
  return {
    type: `/api/v1/docs/errors#${error.code}`,
    title: titleOf(error.code),
    status: HTTP_STATUS[error.code],
    code: error.code,
    detail: error.message,
    hint: error.hint ?? null,
    at: error.at ?? null,
    retry_after_ms: retryAfterMs,
    ...(error.code === 'judge_invalid' && Array.isArray(error.data?.faults)
      ? { faults: error.data.faults as NonNullable<Problem['faults']> }
      : {}),
  };
}

/** RFC 9457 problem details; `Retry-After` in whole seconds, rounded up. */
export function problemResponse(error: ArenaError, headers: Readonly<Record<string, string>> = {}): Response {
  const problem = toProblem(error);
  const response = new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...PROBLEM_HEADERS, ...headers },
  });
  if (problem.retry_after_ms !== null) {
    response.headers.set('retry-after', String(Math.ceil(problem.retry_after_ms / 1000)));
  }
  return response;
}
