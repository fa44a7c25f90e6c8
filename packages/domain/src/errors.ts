/**
 * The closed set of error codes. Three kinds: *rejected* (the caller can fix it), *unavailable* (try again later),
 * *bug* (ours). They become HTTP status only in the api and exit codes only in the cli; docs/errors.md explains each.
 */
export const ERROR_CODES = {
  // what was sent does not fit
  invalid_request: 'rejected',
  invalid_file: 'rejected',
  unknown_format: 'rejected',
  unknown_label: 'rejected',
  unknown_option: 'rejected',
  too_large: 'rejected',
  wrong_content_type: 'rejected',
  method_not_allowed: 'rejected',
  // who asks
  not_signed_in: 'rejected',
  not_allowed: 'rejected',
  consent_required: 'rejected',
  invitation_required: 'rejected',
  foreign_origin: 'rejected',
  // what is asked for
  not_found: 'rejected',
  already_exists: 'rejected',
  campaign_not_open: 'rejected',
  no_battle_left: 'rejected',
  // votes
  ticket_invalid: 'rejected',
  ticket_expired: 'rejected',
  already_voted: 'rejected',
  undo_expired: 'rejected',
  // ratings
  no_comparisons: 'rejected',
  disconnected: 'rejected',
  separated: 'rejected',
  unknown_model: 'rejected',
  no_overlap: 'rejected',
  // judges
  judge_invalid: 'rejected',
  provider_refused: 'rejected',
  provider_forbidden: 'rejected',
  // start and storage
  data_folder_unusable: 'rejected',
  data_folder_newer: 'rejected',
  port_taken: 'rejected',
  database_too_old: 'rejected',
  database_refused: 'rejected',
  // try again
  rate_limited: 'unavailable',
  database_unreachable: 'unavailable',
  provider_unreachable: 'unavailable',
  storage_full: 'unavailable',
  shutting_down: 'unavailable',
  // ours
  not_converged: 'bug',
  internal: 'bug',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
export type ErrorKind = (typeof ERROR_CODES)[ErrorCode];

/** Where in a file the fault is. `line` and `column` count from 1. */
export type FilePlace = {
  readonly file?: string;
  readonly line?: number;
  readonly column?: string | number;
  readonly value?: string;
};

export type ArenaErrorDetails = {
  /** What to do about it: one sentence, for the person who caused it. */
  readonly hint?: string;
  readonly at?: FilePlace;
  readonly retryAfterMs?: number;
  /** Facts that a program can use: names, counts, components. JSON-safe. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
};

/** The one error class that crosses a package border on purpose. */
export class ArenaError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: FilePlace | undefined;
  readonly retryAfterMs: number | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, details: ArenaErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ArenaError';
    this.code = code;
    this.hint = details.hint;
    this.at = details.at;
    this.retryAfterMs = details.retryAfterMs;
    this.data = details.data;
  }

  get kind(): ErrorKind {
    return ERROR_CODES[this.code];
  }
}

export function isArenaError(error: unknown): error is ArenaError {
  return error instanceof ArenaError;
}
