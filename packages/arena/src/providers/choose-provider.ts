import { ArenaError, isArenaError, type ProviderId } from '@agon/domain';
import { type Actor, hasRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import type { ProviderRecord } from '../ports/provider-store.ts';
import { storeProvider } from './add-provider.ts';
import { authorityOf } from './provider-authority.ts';
import { recognisePreset } from './recognise-preset.ts';
import { nameProviders, requireProvider } from './require-provider.ts';

export type ChooseProvider = {
  readonly actor: Actor;
  /** Name of a provider. */
  readonly provider: string | null;
  /** Address of one that is made on the spot, or is there already. */
  readonly baseUrl: string | null;
  /** With `baseUrl`: name of the variable that holds its key; null: it needs none. */
  readonly apiKeyEnv: string | null;
};

type Deps = Pick<Ports, 'providers' | 'providerRules' | 'audit' | 'clock' | 'ids'>;

/** As `timeout_seconds` of a provider that is added without limits. */
const DEFAULT_LIMITS = { concurrency: null, callsPerMinute: null, timeoutMs: 120_000 };

/**
 * Where a run asks: the provider that is named, or the one at an address, which only those may give who may add
 * providers: whoever names address and variable could have the key sent to themselves.
 * @throws ArenaError invalid_request, not_found, not_allowed, provider_forbidden
 */
export async function chooseProvider(command: ChooseProvider, deps: Deps): Promise<ProviderRecord> {
  return command.baseUrl !== null && command.provider === null
    ? providerAt(command.baseUrl, command, deps)
    : namedProvider(command, deps);
}

/** As `chooseProvider`, without making one: of an address that nobody has named yet, what its address tells. */
export async function chooseKnownProvider(
  command: ChooseProvider,
  deps: Pick<Ports, 'providers' | 'providerRules'>,
): Promise<Pick<ProviderRecord, 'name' | 'preset' | 'baseUrl' | 'capabilities'>> {
  if (command.baseUrl === null || command.provider !== null) return namedProvider(command, deps);
  const { baseUrl } = await checkAddress(command.baseUrl, command, deps);
  const known = await findAt(baseUrl, command, deps);
  return known ?? { name: nameOf(baseUrl), preset: recognisePreset(baseUrl), baseUrl, capabilities: null };
}

async function namedProvider(
  command: ChooseProvider,
  deps: Pick<Ports, 'providers'>,
): Promise<ProviderRecord> {
  const { actor, provider, baseUrl, apiKeyEnv } = command;
  if (provider !== null && baseUrl !== null) {
    throw new ArenaError('invalid_request', 'A run asks one provider: give provider or base_url, not both.', {
      hint: 'Leave base_url out: the provider has its own.',
      at: { column: 'base_url', value: baseUrl },
    });
  }
  if (apiKeyEnv !== null) {
    throw new ArenaError('invalid_request', 'api_key_env goes with base_url.', {
      hint: 'Leave it out: a provider has its own key.',
      at: { column: 'api_key_env', value: apiKeyEnv },
    });
  }
  if (provider !== null) return requireProvider(provider, deps);
  throw new ArenaError('invalid_request', 'A run needs a provider: where its model is reached.', {
    hint: `${hasRole(actor, 'admin') ? 'Give provider, or base_url. ' : 'Give provider. '}${await nameProviders(deps)}`,
    at: { column: 'provider' },
  });
}

/** @throws ArenaError where this actor may not give this address, or this variable */
async function checkAddress(
  written: string,
  { actor, apiKeyEnv }: ChooseProvider,
  deps: Pick<Ports, 'providers' | 'providerRules'>,
): Promise<{ readonly baseUrl: string; readonly allowsPrivate: boolean }> {
  if (!hasRole(actor, 'admin')) {
    throw new ArenaError('not_allowed', 'Only an administrator may give an address in place of a provider.', {
      hint: `Give provider; if none fits, ask an administrator of this arena to add one. ${await nameProviders(deps)}`,
      at: { column: 'base_url' },
    });
  }
  requireScope(actor, 'admin');
  const authority = authorityOf(actor);
  const address = deps.providerRules.checkAddress(written, authority);
  if (apiKeyEnv !== null) deps.providerRules.checkKeyName(apiKeyEnv, authority);
  return address;
}

async function findAt(
  baseUrl: string,
  { apiKeyEnv }: ChooseProvider,
  deps: Pick<Ports, 'providers'>,
): Promise<ProviderRecord | undefined> {
  return (await deps.providers.list()).find(
    (each) => each.baseUrl === baseUrl && each.keyEnv === apiKeyEnv && each.sealedKey === null,
  );
}

async function providerAt(written: string, command: ChooseProvider, deps: Deps): Promise<ProviderRecord> {
  const { actor, apiKeyEnv } = command;
  const { baseUrl, allowsPrivate } = await checkAddress(written, command, deps);
  const known = await findAt(baseUrl, command, deps);
  if (known !== undefined) {
    if (!allowsPrivate || known.allowsPrivate) return known;
    const isAllowed = await deps.providers.change(known, { allowsPrivate });
    // it was moved or removed meanwhile: look again
    return isAllowed ? { ...known, allowsPrivate } : providerAt(written, command, deps);
  }
  const name = nameOf(baseUrl);
  for (let count = 1; ; count += 1) {
    const provider = {
      id: deps.ids.next() as ProviderId,
      name: count === 1 ? name : `${name}-${count}`,
      preset: recognisePreset(baseUrl),
      baseUrl,
      allowsPrivate,
      keyEnv: apiKeyEnv,
      sealedKey: null,
      keyEnd: null,
      limits: DEFAULT_LIMITS,
      by: actor.userId,
      createdAtMs: deps.clock.now(),
    };
    try {
      return await storeProvider(provider, actor, deps);
    } catch (error) {
      // the name is taken, maybe since a moment: the next one
      if (!isArenaError(error) || error.code !== 'already_exists') throw error;
    }
  }
}

/** Leaves room for a number behind it: names of providers have 63 characters at most. */
const LONGEST_NAME = 57;

/**
 * Host and port of an address that the rules have passed, or the last part of a model's folder, in the characters that
 * names of providers may have.
 */
function nameOf(baseUrl: string): string {
  const part = /^onnx:/.test(baseUrl) ? /[^/\\]*$/ : /(?<=^\w+:\/\/)[^/]+/;
  const host = (part.exec(baseUrl)?.[0] ?? '').replace(/[^a-zA-Z0-9._:-]/g, '');
  // ::1 is 0::1, and names begin with a letter or a digit
  return (/^[a-zA-Z0-9]/.test(host) ? host : `0${host}`).slice(0, LONGEST_NAME);
}
