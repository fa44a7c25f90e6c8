import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import type { ImportForm } from '@agon/contract';
import { ArenaError } from '@agon/domain';

/** Files go as they are, from the disk: the server knows containers and formats. @throws ArenaError('invalid_file') */
export async function makeImportForm(options: ImportForm, paths: readonly string[]): Promise<FormData> {
  const form = new FormData();
  form.set('options', JSON.stringify(options));
  for (const path of paths) {
    const file = await openAsBlob(path).catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
    form.append('file', file, basename(path));
  }
  return form;
}

export function unreadable(path: string, cause: unknown): ArenaError {
  return new ArenaError('invalid_file', `${path} cannot be read.`, {
    hint: cause instanceof Error ? cause.message : undefined,
    at: { file: path },
    cause,
  });
}
