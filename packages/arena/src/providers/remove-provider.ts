import type { ProviderJson } from '@agon/contract';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { presentProvider } from './present-provider.ts';
import { requireProvider } from './require-provider.ts';

/** Takes a provider out of use and wipes its key; runs keep its name. @returns as it was, without its key */
export async function removeProvider(
  command: { readonly actor: Actor; readonly provider: string },
  deps: Pick<Ports, 'providers' | 'audit' | 'clock'>,
): Promise<ProviderJson> {
  const { actor } = command;
  requireRole(actor, 'admin');
  requireScope(actor, 'admin');
  const provider = await requireProvider(command.provider, deps);
  const atMs = deps.clock.now();
  await deps.providers.remove(provider.id, atMs);
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'remove_provider',
    campaignId: null,
    details: { provider: provider.name, base_url: provider.baseUrl },
    atMs,
  });
  return presentProvider({ ...provider, sealedKey: null, keyEnd: null, keyEnv: null });
}
