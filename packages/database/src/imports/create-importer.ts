import type { Importer, ImportJob, ImportProgress, ImportSource } from '@agon/arena';
import { ArenaError } from '@agon/domain';
import type { JobProcesses } from '../jobs/open-job-processes.ts';

/** What an import's process is asked. */
export type ImportTask =
  | { readonly kind: 'import'; readonly url: string; readonly job: ImportJob }
  | { readonly kind: 'inspect'; readonly file: Pick<ImportSource, 'name' | 'path'> };

const PROCESS = {
  module: new URL('./import-process.ts', import.meta.url),
  v8: ['--max-old-space-size=8192'],
} as const;

/**
 * @param url of the database, postgres://…
 * @param looks processes that look at files; somebody waits for them at the screen, so that they have places of their own
 */
export function createImporter(
  url: string,
  processes: JobProcesses,
  looks: JobProcesses = processes,
): Importer {
  return {
    run: (job, { onProgress, signal } = {}) =>
      processes.run({
        ...PROCESS,
        task: { kind: 'import', url, job } satisfies ImportTask,
        onWait: (total) => onProgress?.({ stage: 'waiting', done: 0, total }),
        onProgress: onProgress as ((progress: ImportProgress) => void) | undefined,
        signal,
        died,
      }),
    inspect: (file) => looks.run({ ...PROCESS, task: { kind: 'inspect', file } satisfies ImportTask, died }),
  };
}

/** Nothing of the import stays: its transaction ended with it. */
function died(how: string): ArenaError {
  return new ArenaError(
    'invalid_file',
    `The import ended before its time (${how}); nothing of it was kept.`,
    { hint: 'The files may need more memory than there is: import them one by one, or in parts.' },
  );
}
