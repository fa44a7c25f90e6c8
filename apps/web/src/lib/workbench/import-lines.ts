import type { ImportEvent, ImportResult, Problem } from '@agon/contract';
import { ArenaError, ERROR_CODES } from '@agon/domain';

type Progress = Omit<Extract<ImportEvent, { kind: 'progress' }>, 'kind'>;

/** The lines of a streamed import as they come: progress is told at once, the last line is kept. */
export class ImportLines {
  readonly #onProgress: (progress: Progress) => void;
  #read = 0;
  #last: Exclude<ImportEvent, { kind: 'progress' }> | null = null;

  constructor(onProgress: (progress: Progress) => void) {
    this.#onProgress = onProgress;
  }

  /** @param text all that has come so far; a line that is not whole yet waits */
  take(text: string): void {
    const end = text.lastIndexOf('\n') + 1;
    if (end <= this.#read) return;
    for (const line of text.slice(this.#read, end).trim().split('\n')) {
      const event = JSON.parse(line) as ImportEvent;
      if (event.kind === 'progress') {
        const { kind: _, ...progress } = event;
        this.#onProgress(progress);
      } else this.#last = event;
    }
    this.#read = end;
  }

  /** @throws ArenaError as the server refused; provider_unreachable where the stream broke off */
  result(): ImportResult {
    if (this.#last?.kind === 'done') return this.#last.result;
    if (this.#last === null) throw new ArenaError('provider_unreachable', 'No answer from the server.');
    throw refusal(this.#last.problem, this.#last.problem.status);
  }
}

/** What the body of a refusal says, and its status alone where it is no problem document. */
export function refusalOf(text: string, status: number): ArenaError {
  try {
    return refusal(JSON.parse(text) as Problem, status);
  } catch {
    return refusal(null, status);
  }
}

function refusal(problem: Problem | null, status: number): ArenaError {
  if (problem === null || !(problem.code in ERROR_CODES))
    return new ArenaError(status >= 500 ? 'internal' : 'invalid_request', `The server answered ${status}.`);
  return new ArenaError(problem.code, problem.detail, { hint: problem.hint ?? undefined });
}
