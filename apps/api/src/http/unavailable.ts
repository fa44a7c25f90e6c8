import { ArenaError } from '@agon/domain';

/** SQLSTATE classes and driver codes that say "no connection" or "no room to work", not "wrong statement". */
const UNREACHABLE = /^(08|53|57P0|CONNECTION_|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE)/;
/** A disk that is full or fails: the database's, or that of this process, which takes uploads. */
const NO_STORAGE = /^(53100|58030|ENOSPC|EDQUOT)$/;
const RETRY_MS = 1000;
/** Somebody has to make room first. */
const STORAGE_RETRY_MS = 30_000;
/** Errors of the driver come wrapped in those of the layers above it. */
const MAX_WRAPPINGS = 8;

/** Codes of an error and of those that caused it, the outermost first. */
export function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  let each = error as { readonly code?: unknown; readonly cause?: unknown } | null | undefined;
  for (let depth = 0; depth < MAX_WRAPPINGS && typeof each === 'object' && each !== null; depth += 1) {
    if (typeof each.code === 'string') codes.push(each.code);
    each = each.cause as typeof each;
  }
  return codes;
}

/** What passes by itself or by room being made, and is no fault of whoever asks; null: it is something else. */
export function unavailableFault(error: unknown): ArenaError | null {
  const codes = codesOf(error);
  if (codes.some((code) => NO_STORAGE.test(code))) {
    return new ArenaError(
      'storage_full',
      'Nothing can be stored at the moment: a disk of the server is full.',
      {
        hint: 'Try again later. Nothing that was acknowledged is lost, and a repeated vote is recognised.',
        retryAfterMs: STORAGE_RETRY_MS,
        cause: error,
      },
    );
  }
  if (codes.some((code) => UNREACHABLE.test(code))) {
    return new ArenaError('database_unreachable', 'The database does not answer at the moment.', {
      hint: 'Try again in a moment. Nothing was counted twice: a repeated vote is recognised.',
      retryAfterMs: RETRY_MS,
      cause: error,
    });
  }
  return null;
}
