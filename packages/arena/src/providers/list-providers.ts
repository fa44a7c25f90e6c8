import type { ProviderJson } from '@agon/contract';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { presentProvider } from './present-provider.ts';
import { requireProvider } from './require-provider.ts';

/** Those in use, by name. */
export async function listProviders(
  command: { readonly actor: Actor },
  deps: Pick<Ports, 'providers'>,
): Promise<{ providers: ProviderJson[] }> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'read');
  return { providers: (await deps.providers.list()).map(presentProvider) };
}

/** @throws ArenaError('not_found') that names those there are */
export async function getProvider(
  command: { readonly actor: Actor; readonly provider: string },
  deps: Pick<Ports, 'providers'>,
): Promise<ProviderJson> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'read');
  return presentProvider(await requireProvider(command.provider, deps));
}
