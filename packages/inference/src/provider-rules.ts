import type { ProviderRules } from '@agon/arena';
import { PROVIDER_PRESETS } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { createAddressGuard, type Environment } from './address-guard.ts';
import { kindOfAddress } from './address-ranges.ts';
import { refuseReserved } from './key-names.ts';
import { checkLocalAddress, isLocalAddress } from './onnx/local-address.ts';
import { readPlainUrl } from './plain-url.ts';

export type ProviderRulesOptions = {
  /** AGON_PROVIDER_HOSTS, AGON_KEY_VARIABLES and AGON_MODEL_FOLDERS are read. */
  readonly environment: Environment;
  /** Ports of this arena on this machine: of its api, of its database. */
  readonly ownPorts: () => readonly number[];
};

const PRESET_KEYS: readonly string[] = Object.values(PROVIDER_PRESETS).flatMap(
  ({ key_env }) => key_env ?? [],
);

/** @throws ArenaError('unknown_option') for a wrong AGON_PROVIDER_HOSTS */
export function createProviderRules({ environment, ownPorts }: ProviderRulesOptions): ProviderRules {
  const guard = createAddressGuard(environment);
  const listOf = (name: string) => (environment[name] ?? '').split(',').map((each) => each.trim());
  const listed = listOf('AGON_KEY_VARIABLES');
  const folders = listOf('AGON_MODEL_FOLDERS').filter((folder) => folder !== '');
  return {
    checkAddress(baseUrl, by) {
      // the owner of the data folder reads this machine's files anyway
      if (isLocalAddress(baseUrl))
        return { baseUrl: checkLocalAddress(baseUrl, by === 'owner' ? null : folders), allowsPrivate: false };
      const { text, host, port, isLiteral } = readPlainUrl(baseUrl);
      const address = isLiteral ? host : host === 'localhost' ? '127.0.0.1' : null;
      // where another name leads is looked at when it is asked: it may change
      if (address === null) return { baseUrl: text, allowsPrivate: false };
      const allowsPrivate = by === 'owner' && ['private', 'loopback'].includes(kindOfAddress(address));
      const refusal = guard.refusal({ host, port, allowsPrivate }, address, ownPorts());
      if (refusal === null) return { baseUrl: text, allowsPrivate };
      throw new ArenaError('provider_forbidden', refusal.message, { hint: refusal.hint });
    },
    checkKeyName(name, by) {
      refuseReserved(name);
      if (by === 'owner' || PRESET_KEYS.includes(name) || listed.includes(name)) return;
      throw new ArenaError('provider_forbidden', `The variable ${name} is not released as a key.`, {
        hint: `Whoever runs this arena can list it: AGON_KEY_VARIABLES=${name}. Or give the key itself.`,
      });
    },
  };
}
