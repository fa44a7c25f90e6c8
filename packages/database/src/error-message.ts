import { ArenaError, type ErrorCode, type FilePlace, isArenaError } from '@agon/domain';

export type ErrorMessage = {
  readonly message: string;
  readonly stack: string | undefined;
  /** Of an `ArenaError`, or of the driver: what the api tells a lost database by. */
  readonly code: string | undefined;
  readonly arena: {
    readonly hint: string | undefined;
    readonly at: FilePlace | undefined;
    readonly retryAfterMs: number | undefined;
    readonly data: Readonly<Record<string, unknown>> | undefined;
  } | null;
};

/** An error as a message between threads or processes, which keep neither its class nor its code. */
export function packError(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) {
    return { message: String(error), stack: undefined, code: undefined, arena: null };
  }
  const { message, stack } = error;
  if (isArenaError(error)) {
    const { code, hint, at, retryAfterMs, data } = error;
    return { message, stack, code, arena: { hint, at, retryAfterMs, data } };
  }
  const { code } = error as { readonly code?: unknown };
  return { message, stack, code: typeof code === 'string' ? code : undefined, arena: null };
}

export function unpackError({ message, stack, code, arena }: ErrorMessage): Error {
  if (arena === null) {
    const error = new Error(message);
    if (stack !== undefined) error.stack = stack;
    return code === undefined ? error : Object.assign(error, { code });
  }
  const { hint, at, retryAfterMs, data } = arena;
  const error = new ArenaError(code as ErrorCode, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(at === undefined ? {} : { at }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(data === undefined ? {} : { data }),
  });
  if (stack !== undefined) error.stack = stack;
  return error;
}
