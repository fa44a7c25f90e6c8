import { urlOf } from '@agon/client';
import type { ImportEvent, ImportForm, ImportResult } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { ImportLines, refusalOf } from './import-lines.ts';

export type StageProgress = {
  readonly stage: 'sending' | Extract<ImportEvent, { kind: 'progress' }>['stage'];
  /** Bytes sent or read, rows written; waiting: imports before this one. */
  readonly done: number;
  readonly total: number;
};

/**
 * An import with its progress. XMLHttpRequest, because only it tells how much of a body was sent; files go from the disk.
 * Aborting it takes the import back.
 * @throws ArenaError as the server refuses; DOMException AbortError where `signal` was aborted
 */
export function postImport(
  campaign: string,
  { options, files }: { readonly options: ImportForm; readonly files: readonly File[] },
  watch: { readonly onProgress: (progress: StageProgress) => void; readonly signal: AbortSignal },
): Promise<ImportResult> {
  const { method, url } = urlOf('streamImport', { campaign });
  const form = new FormData();
  form.set('options', JSON.stringify(options));
  for (const file of files) form.append('file', file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lines = new ImportLines(watch.onProgress);
    request.open(method, url);
    request.upload.onprogress = ({ loaded, total }) =>
      watch.onProgress({ stage: 'sending', done: loaded, total });
    request.onprogress = () => {
      if (request.status === 200) lines.take(request.responseText);
    };
    request.onerror = () => reject(new ArenaError('provider_unreachable', 'No answer from the server.'));
    request.onabort = () => reject(new DOMException('called off', 'AbortError'));
    request.onload = () => {
      if (request.status !== 200) {
        reject(refusalOf(request.responseText, request.status));
        return;
      }
      try {
        lines.take(request.responseText);
        resolve(lines.result());
      } catch (error) {
        reject(error);
      }
    };
    watch.signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}
