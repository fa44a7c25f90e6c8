import { type ErrorMessage, packError } from '../error-message.ts';

/** What a job's process says; the last is `done` or `failed`. */
export type FromJob =
  | { readonly kind: 'progress'; readonly progress: unknown }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

/**
 * In a job's process: takes the one task that its parent sends, answers, and ends.
 * @param work the job; `tell` passes progress on
 */
export function serveJob<Task, Progress, Result>(
  work: (task: Task, tell: (progress: Progress) => void) => Promise<Result>,
): void {
  const say = (message: FromJob) => process.send?.(message);
  // whoever wanted it is gone
  process.on('disconnect', () => process.exit(1));
  process.once('message', async (task: Task) => {
    try {
      const result = await work(task, (progress) => say({ kind: 'progress', progress }));
      say({ kind: 'done', result });
    } catch (error) {
      say({ kind: 'failed', error: packError(error) });
    }
    process.disconnect();
  });
}
