import { isArenaError } from '@agon/domain';
import type { Ports } from '../ports/ports.ts';
import { providerKeyContext } from './provider-key.ts';

export type Resealed = {
  /** Providers whose key was sealed by an older secret and is sealed by the newest now. */
  readonly resealed: readonly string[];
  /** Providers whose key no known secret opens: it has to be entered again. */
  readonly unreadable: readonly string[];
};

/** After a new encryption secret was put before the old one: seals stored keys anew, so that the old one can go. */
export async function resealKeys(deps: Pick<Ports, 'providers' | 'vault'>): Promise<Resealed> {
  const resealed: string[] = [];
  const unreadable: string[] = [];
  for (const provider of await deps.providers.list()) {
    const { id, name, sealedKey } = provider;
    if (sealedKey === null || !deps.vault.isOld(sealedKey)) continue;
    const context = providerKeyContext(provider);
    try {
      const sealed = deps.vault.seal(deps.vault.open(sealedKey, context), context);
      if (await deps.providers.reseal(id, sealedKey, sealed)) resealed.push(name);
    } catch (error) {
      // one key that is lost must not keep the arena from starting
      if (!isArenaError(error) || error.code !== 'provider_refused') throw error;
      unreadable.push(name);
    }
  }
  return { resealed, unreadable };
}
