import type { ImportJob, ImportOutcome, ImportProgress, ImportSource } from '@agon/arena';
import type { FileInspection } from '@agon/contract';
import type { ErrorMessage } from '../error-message.ts';

/** What an import's process is asked, once. */
export type ToImport =
  | { readonly kind: 'import'; readonly url: string; readonly job: ImportJob }
  | { readonly kind: 'inspect'; readonly file: Pick<ImportSource, 'name' | 'path'> };

/** What it says; the last is `done`, `inspected` or `failed`. */
export type FromImport =
  | { readonly kind: 'progress'; readonly progress: ImportProgress }
  | { readonly kind: 'done'; readonly outcome: ImportOutcome }
  | { readonly kind: 'inspected'; readonly inspection: FileInspection }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };
