import { ArenaError } from '@agon/domain';
import type { KeyVault, ProviderRecord } from '../ports/provider-store.ts';

/** What a stored key is sealed for: it opens for no other provider, and for no other address of this one. */
export function providerKeyContext(provider: Pick<ProviderRecord, 'id' | 'baseUrl'>): string {
  return `${provider.id} ${provider.baseUrl}`;
}

/** Shorter keys would be given away by their last characters. */
const SHORTEST_SHOWN = 12;
const SHOWN_CHARACTERS = 4;

/**
 * A key as it is stored. White space around it, as pasted keys have, is no part of it.
 * @throws ArenaError('invalid_request') where it cannot be sent in a header; the message does not tell it
 */
export function sealProviderKey(
  key: string,
  provider: Pick<ProviderRecord, 'id' | 'baseUrl'>,
  vault: KeyVault,
): Pick<ProviderRecord, 'sealedKey' | 'keyEnd'> {
  const trimmed = key.trim();
  if (!/^[!-~]+$/.test(trimmed)) {
    throw new ArenaError('invalid_request', 'A key has printable ASCII characters only, and no spaces.', {
      hint: 'Copy it again from the page of the provider.',
      at: { column: 'api_key' },
    });
  }
  return {
    sealedKey: vault.seal(trimmed, providerKeyContext(provider)),
    keyEnd: trimmed.length >= SHORTEST_SHOWN ? trimmed.slice(-SHOWN_CHARACTERS) : null,
  };
}

/** @throws ArenaError('invalid_request') where a key is given in both ways */
export function refuseTwoKeys(keys: { apiKey?: string | null; apiKeyEnv?: string | null }): void {
  if (keys.apiKey == null || keys.apiKeyEnv == null) return;
  throw new ArenaError('invalid_request', 'A provider has one key: api_key or api_key_env, not both.', {
    hint: 'Give the key itself, to be stored encrypted, or the name of an environment variable.',
    at: { column: 'api_key' },
  });
}
