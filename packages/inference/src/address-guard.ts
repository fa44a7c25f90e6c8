import { networkInterfaces } from 'node:os';
import { kindOfAddress } from './address-ranges.ts';
import { readAllowList } from './allow-list.ts';

/** Variables of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A connection that somebody wants. */
export type Target = {
  /** As it was written: a name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The owner of the data folder allowed this host although it is private. */
  readonly allowsPrivate: boolean;
};

export type AddressGuard = {
  /**
   * @param address IP address that the host stands for
   * @param ownPorts of this arena, on this machine
   * @returns why it must not be connected to, one sentence; null: it may
   */
  refusal(target: Target, address: string, ownPorts: readonly number[]): string | null;
};

/** The one rule of which addresses are asked. @throws ArenaError('unknown_option') for a wrong AGON_PROVIDER_HOSTS */
export function createAddressGuard(environment: Environment): AddressGuard {
  const allowed = readAllowList(environment.AGON_PROVIDER_HOSTS);
  return {
    refusal({ host, port, allowsPrivate }, address, ownPorts) {
      const kind = kindOfAddress(address);
      if (ownPorts.includes(port) && (kind === 'loopback' || isOfThisMachine(address))) {
        return `${host}:${port} is this arena itself.`;
      }
      if (kind === 'public') return null;
      const isLiteral = host === address;
      if (kind === 'link-local' && isLiteral && allowed.namesPort(host, port)) return null;
      if (kind === 'link-local' || kind === 'forbidden') {
        return isLiteral
          ? `${host} is no address of a server that may be asked.`
          : `${host} leads to an address that must not be asked.`;
      }
      if (allowed.namesHost(host, port)) return null;
      // any other name may lead elsewhere at the next look: whoever holds the name decides
      const isSteady = isLiteral || (host === 'localhost' && kind === 'loopback');
      const isAllowed =
        allowsPrivate || allowed.holds(address) || (kind === 'loopback' && allowed.allowsLoopback);
      if (isSteady && isAllowed) return null;
      return isSteady
        ? `${host} is a private address that AGON_PROVIDER_HOSTS does not list.`
        : `${host} leads to a private address, and AGON_PROVIDER_HOSTS does not list the name.`;
    },
  };
}

function isOfThisMachine(address: string): boolean {
  return Object.values(networkInterfaces()).some((cards) => cards?.some((card) => card.address === address));
}
