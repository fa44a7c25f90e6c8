import { existsSync } from 'node:fs';
import { isAbsolute, join, normalize, resolve, sep } from 'node:path';
import { ArenaError } from '@agon/domain';

const SCHEME = 'onnx:';

/** Whether the address of a provider is a folder on this machine that holds a model. */
export function isLocalAddress(address: string): boolean {
  return address.startsWith(SCHEME);
}

/**
 * @returns the folder that such an address names
 * @throws ArenaError('invalid_request') where it is not written plainly
 */
export function folderOf(address: string): string {
  const folder = address.slice(SCHEME.length);
  if (
    isAbsolute(folder) &&
    normalize(folder) === folder &&
    !folder.includes('\0') &&
    (folder === sep || !folder.endsWith(sep))
  )
    return folder;
  throw new ArenaError('invalid_request', 'A folder of a model is given by its whole path.', {
    hint: `For example onnx:${resolve(sep, 'models', 'smollm2-135m-instruct')}`,
    at: { column: 'base_url', value: address },
  });
}

/**
 * What can be seen without loading anything.
 * @param listed folders that administrators may name, or anything below them; null: whoever asks may name any
 * @throws ArenaError invalid_request, provider_forbidden, not_found
 */
export function checkLocalAddress(address: string, listed: readonly string[] | null): string {
  const folder = folderOf(address);
  const isListed =
    listed === null || listed.some((each) => folder === each || folder.startsWith(`${each}${sep}`));
  if (!isListed) {
    throw new ArenaError('provider_forbidden', `The folder ${folder} is not released for models.`, {
      hint: `Whoever runs this arena can list it: AGON_MODEL_FOLDERS=${folder}`,
    });
  }
  if (!existsSync(join(folder, 'config.json'))) {
    throw new ArenaError(
      'not_found',
      `There is no model in ${folder}, on the machine that the arena runs on.`,
      {
        hint: 'Give the folder of a Hugging Face ONNX export: config.json, tokenizer.json, onnx/model.onnx.',
        at: { column: 'base_url', value: address },
      },
    );
  }
  return `${SCHEME}${folder}`;
}
