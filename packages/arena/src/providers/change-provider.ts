import type { ProviderJson, ProviderPreset } from '@agon/contract';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import type { ProviderChange, ProviderLimits, ProviderRecord } from '../ports/provider-store.ts';
import { presentProvider } from './present-provider.ts';
import { authorityOf } from './provider-authority.ts';
import { refuseTwoKeys, sealProviderKey } from './provider-key.ts';
import { requireProvider } from './require-provider.ts';

export type ChangeProvider = {
  readonly actor: Actor;
  readonly provider: string;
  readonly preset?: ProviderPreset | undefined;
  readonly baseUrl?: string | undefined;
  /** Null: none from now on. */
  readonly apiKeyEnv?: string | null | undefined;
  /** Null: none from now on. */
  readonly apiKey?: string | null | undefined;
  readonly limits?: ProviderLimits | undefined;
};

/**
 * Changes what is given. A stored key never goes to another address than it was entered for, so a new address drops it;
 * a key's variable stays only where whoever names the address may name the variable, too.
 * @throws ArenaError not_found, invalid_request, provider_forbidden
 */
export async function changeProvider(
  command: ChangeProvider,
  deps: Pick<Ports, 'providers' | 'providerRules' | 'vault' | 'audit' | 'clock'>,
): Promise<ProviderJson> {
  const { actor } = command;
  requireRole(actor, 'admin');
  requireScope(actor, 'admin');
  refuseTwoKeys(command);
  let before: ProviderRecord;
  let change: ProviderChange;
  do {
    // decided anew where somebody else was quicker: a key must not meet an address that it was not meant for
    before = await requireProvider(command.provider, deps);
    change = planChange(command, before, deps);
  } while (!(await deps.providers.change(before, change)));
  const { sealedKey: _sealed, keyEnd: _end, allowsPrivate: _allows, ...told } = change;
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'change_provider',
    campaignId: null,
    details: {
      provider: before.name,
      ...told,
      ...('sealedKey' in change ? { key: change.sealedKey === null ? 'none' : 'set' } : {}),
    },
    atMs: deps.clock.now(),
  });
  return presentProvider(await requireProvider(before.name, deps));
}

function planChange(
  command: ChangeProvider,
  before: ProviderRecord,
  deps: Pick<Ports, 'providerRules' | 'vault'>,
): ProviderChange {
  const { preset, limits, apiKey, apiKeyEnv } = command;
  const authority = authorityOf(command.actor);
  // an address that is sent back as it was read stays allowed to whoever may not name it
  const isMoved = command.baseUrl !== undefined && command.baseUrl.replace(/\/+$/, '') !== before.baseUrl;
  const address = isMoved ? deps.providerRules.checkAddress(command.baseUrl, authority) : before;
  const keyEnv = apiKey == null ? (apiKeyEnv === undefined ? before.keyEnv : apiKeyEnv) : null;
  if (keyEnv !== null && (isMoved || keyEnv !== before.keyEnv)) {
    deps.providerRules.checkKeyName(keyEnv, authority);
  }
  const dropsKey = isMoved || apiKey === null || keyEnv !== null;
  return {
    ...(preset === undefined ? {} : { preset }),
    ...(limits === undefined ? {} : { limits }),
    ...(isMoved ? { baseUrl: address.baseUrl, allowsPrivate: address.allowsPrivate } : {}),
    ...(keyEnv === before.keyEnv ? {} : { keyEnv }),
    ...(apiKey != null
      ? sealProviderKey(apiKey, { id: before.id, baseUrl: address.baseUrl }, deps.vault)
      : dropsKey && before.sealedKey !== null
        ? { sealedKey: null, keyEnd: null }
        : {}),
  };
}
