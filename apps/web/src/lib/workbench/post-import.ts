import { urlOf } from '@agon/client';
import type { BodyOf, ImportEvent, ImportResult, Problem } from '@agon/contract';
import { ArenaError, ERROR_CODES } from '@agon/domain';

export type StageProgress = {
  /** Bytes sent, files read, rows written. */
  readonly stage: 'sending' | 'reading' | 'writing';
  readonly done: number;
  readonly total: number;
};

/**
 * An import with its progress. XMLHttpRequest, because only it tells how much of a body was sent. Aborting it while rows
 * are written takes the import back.
 * @throws ArenaError as the server refuses; DOMException AbortError where `signal` was aborted
 */
export function postImport(
  campaign: string,
  body: BodyOf<'streamImport'>,
  watch: { readonly onProgress: (progress: StageProgress) => void; readonly signal: AbortSignal },
): Promise<ImportResult> {
  const { method, url } = urlOf('streamImport', { campaign });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const events: ImportEvent[] = [];
    let read = 0;
    const readLines = () => {
      const end = request.responseText.lastIndexOf('\n') + 1;
      if (request.status !== 200 || end <= read) return;
      for (const line of request.responseText.slice(read, end).trim().split('\n')) {
        const event = JSON.parse(line) as ImportEvent;
        if (event.kind === 'progress') watch.onProgress(event);
        else events.push(event);
      }
      read = end;
    };
    const silent = () => reject(new ArenaError('provider_unreachable', 'No answer from the server.'));
    request.open(method, url);
    request.setRequestHeader('content-type', 'application/json');
    request.upload.onprogress = ({ loaded, total }) =>
      watch.onProgress({ stage: 'sending', done: loaded, total });
    request.onprogress = readLines;
    request.onerror = silent;
    request.onabort = () => reject(new DOMException('called off', 'AbortError'));
    request.onload = () => {
      readLines();
      const last = events.at(-1);
      if (request.status !== 200) reject(errorOf(parseProblem(request.responseText), request.status));
      else if (last?.kind === 'done') resolve(last.result);
      else if (last?.kind === 'refused') reject(errorOf(last.problem, last.problem.status));
      else silent();
    };
    watch.signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(JSON.stringify(body));
  });
}

function parseProblem(text: string): Problem | null {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return null;
  }
}

function errorOf(problem: Problem | null, status: number): ArenaError {
  if (problem === null || !(problem.code in ERROR_CODES))
    return new ArenaError(status >= 500 ? 'internal' : 'invalid_request', `The server answered ${status}.`);
  return new ArenaError(problem.code, problem.detail, { hint: problem.hint ?? undefined });
}
