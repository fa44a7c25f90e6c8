import { constants, openAsBlob } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ImportForm } from '@agon/contract';
import { ArenaError } from '@agon/domain';

/** Files go as they are, from the disk: the server knows containers and formats. @throws ArenaError('invalid_file') */
export async function makeImportForm(options: ImportForm, paths: readonly string[]): Promise<FormData> {
  const form = new FormData();
  form.set('options', JSON.stringify(options));
  for (const path of paths) {
    try {
      // a file that is not there is missed by `openAsBlob` only when it is sent
      await access(path, constants.R_OK);
      form.append('file', await openAsBlob(path), basename(path));
    } catch (cause) {
      throw unreadable(path, cause);
    }
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
