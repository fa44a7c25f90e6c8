import { PROVIDER_PRESETS, type ProviderJson, type ProviderPreset } from '@agon/contract';
import { ArenaError, type ProviderId } from '@agon/domain';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import type { NewProvider, ProviderLimits } from '../ports/provider-store.ts';
import { presentProvider } from './present-provider.ts';
import { authorityOf } from './provider-authority.ts';
import { refuseTwoKeys, sealProviderKey } from './provider-key.ts';
import { recognisePreset } from './recognise-preset.ts';

export type AddProvider = {
  readonly actor: Actor;
  readonly name: string;
  readonly preset: ProviderPreset;
  /** Null: that of the preset. */
  readonly baseUrl: string | null;
  readonly apiKeyEnv: string | null;
  readonly apiKey: string | null;
  readonly limits: ProviderLimits;
};

/**
 * Adds where models are reached. Its key goes to its address and nowhere else, so whoever names one names both.
 * @throws ArenaError invalid_request, provider_forbidden, already_exists
 */
export async function addProvider(
  command: AddProvider,
  deps: Pick<Ports, 'providers' | 'providerRules' | 'vault' | 'audit' | 'clock' | 'ids'>,
): Promise<ProviderJson> {
  const { actor, name, preset, apiKey, apiKeyEnv, limits } = command;
  requireRole(actor, 'admin');
  requireScope(actor, 'admin');
  refuseTwoKeys(command);
  const written = command.baseUrl ?? PROVIDER_PRESETS[preset].base_url;
  if (written === null) {
    throw new ArenaError('invalid_request', 'A provider needs base_url, the address of its API.', {
      hint: 'For example http://127.0.0.1:8000/v1, or a preset that knows its own.',
      at: { column: 'base_url' },
    });
  }
  const authority = authorityOf(actor);
  const { baseUrl, allowsPrivate } = deps.providerRules.checkAddress(written, authority);
  if (apiKeyEnv !== null) deps.providerRules.checkKeyName(apiKeyEnv, authority);
  const id = deps.ids.next() as ProviderId;
  const provider: NewProvider = {
    id,
    name,
    preset: preset === 'custom' ? recognisePreset(baseUrl) : preset,
    baseUrl,
    allowsPrivate,
    keyEnv: apiKeyEnv,
    ...(apiKey === null
      ? { sealedKey: null, keyEnd: null }
      : sealProviderKey(apiKey, { id, baseUrl }, deps.vault)),
    limits,
    by: actor.userId,
    createdAtMs: deps.clock.now(),
  };
  return presentProvider(await storeProvider(provider, actor, deps));
}

/** Stores a new provider and writes down who made it, without its key. @throws ArenaError('already_exists') */
export async function storeProvider(
  provider: NewProvider,
  actor: Actor,
  deps: Pick<Ports, 'providers' | 'audit'>,
) {
  await deps.providers.add(provider);
  const { by: _by, ...rest } = provider;
  const record = { ...rest, capabilities: null, checkedAtMs: null, removedAtMs: null };
  const { base_url, key, key_env } = presentProvider(record);
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'add_provider',
    campaignId: null,
    details: { provider: provider.name, base_url, key, key_env },
    atMs: provider.createdAtMs,
  });
  return record;
}
