import { networkInterfaces } from 'node:os';
import { kindOfAddress } from './address-ranges.ts';
import { readAllowList } from './allow-list.ts';

/** Variables of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A connection that somebody wants. */
type Target = {
  /** As it was written: a name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The owner of the data folder allowed this host although it is private. */
  readonly allowsPrivate: boolean;
};

/** Why a connection must not be opened, and what to do about it: one sentence each. */
type Refusal = { readonly message: string; readonly hint: string };

export type AddressGuard = {
  /**
   * @param address IP address that the host stands for
   * @param ownPorts of this arena, on this machine
   * @returns null: it may be opened
   */
  refusal(target: Target, address: string, ownPorts: readonly number[]): Refusal | null;
};

const NAME_ANOTHER = 'Name the address of a model server.';

/** The one rule of which addresses are asked. @throws ArenaError('unknown_option') for a wrong AGON_PROVIDER_HOSTS */
export function createAddressGuard(environment: Environment): AddressGuard {
  const allowed = readAllowList(environment.AGON_PROVIDER_HOSTS);
  return {
    refusal({ host, port, allowsPrivate }, address, ownPorts) {
      const kind = kindOfAddress(address);
      if (ownPorts.includes(port) && (kind === 'loopback' || isOfThisMachine(address))) {
        return { message: `${host}:${port} is this arena itself.`, hint: NAME_ANOTHER };
      }
      if (kind === 'public') return null;
      const isLiteral = host === address;
      const leadsTo = (what: string) => `${host} ${isLiteral ? 'is' : 'leads to'} ${what}`;
      if (kind === 'forbidden') {
        return { message: `${leadsTo('an address that no provider may have')}.`, hint: NAME_ANOTHER };
      }
      if (kind === 'link-local') {
        if (isLiteral && allowed.namesPort(host, port)) return null;
        return {
          message: `${leadsTo('a link-local address')}, where clouds keep the secrets of a machine.`,
          hint: `${NAME_ANOTHER} If one is there, list address and port in AGON_PROVIDER_HOSTS.`,
        };
      }
      if (allowed.namesHost(host, port)) return null;
      // any other name may lead elsewhere at the next look: whoever holds the name decides
      const isSteady = isLiteral || (host === 'localhost' && kind === 'loopback');
      const isAllowed =
        allowsPrivate || allowed.holds(address) || (kind === 'loopback' && allowed.allowsLoopback);
      if (isSteady && isAllowed) return null;
      return {
        message: `${leadsTo('a private address')}, and AGON_PROVIDER_HOSTS does not list it.`,
        hint: isSteady
          ? 'Whoever runs this arena can add it at the command line there, or list it in AGON_PROVIDER_HOSTS.'
          : 'Whoever runs this arena can list the name in AGON_PROVIDER_HOSTS; or write the address itself.',
      };
    },
  };
}

function isOfThisMachine(address: string): boolean {
  return Object.values(networkInterfaces()).some((cards) => cards?.some((card) => card.address === address));
}
