import { type ArenaError, isArenaError } from '@agon/domain';
import type { z } from 'zod';

/** An error as OpenAI's clients read it. */
export type Problem = {
  readonly status: number;
  /** Seconds after which it may be tried again; null: never as it is. */
  readonly retryAfterS: number | null;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly param: string | null;
      readonly code: string | null;
    };
  };
};

export function problem(
  status: number,
  code: string,
  message: string,
  {
    param = null,
    retryAfterS = null,
  }: { readonly param?: string | null; readonly retryAfterS?: number | null } = {},
): Problem {
  const type = status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  return { status, retryAfterS, body: { error: { message, type, param, code } } };
}

export function problemOfBody(error: z.ZodError): Problem {
  const [issue] = error.issues;
  const param = issue?.path.join('.') ?? '';
  return problem(
    400,
    'invalid_request',
    `${param === '' ? 'The body' : param}: ${issue?.message ?? 'it does not fit'}.`,
    {
      param: param || null,
    },
  );
}

export function problemOfError(error: unknown): Problem {
  if (!isArenaError(error)) {
    return problem(500, 'internal', error instanceof Error ? error.message : String(error));
  }
  const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  const param = typeof error.at?.column === 'string' ? error.at.column : null;
  if (error.code === 'too_large') return problem(400, 'context_length_exceeded', message, { param });
  if (error.kind === 'unavailable') return problem(503, error.code, message, { retryAfterS: RESTART_S });
  return problem(error.kind === 'rejected' ? 400 : 500, error.code satisfies ArenaError['code'], message, {
    param,
  });
}

/** A thread that died is back about then. */
const RESTART_S = 5;
