import { BlockList, isIP } from 'node:net';

/**
 * What an IP address is, to a server that is told to connect to it. `forbidden`: nothing that a person means by an
 * address of a model server, or another way to write one of the other kinds.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'link-local' | 'forbidden';

type Range = readonly [network: string, prefix: number];

/** RFC 6890 and the registries it began; the reason stands where the name does not say it. */
const IPV4: Readonly<Record<Exclude<AddressKind, 'public'>, readonly Range[]>> = {
  loopback: [['127.0.0.0', 8]],
  private: [
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['100.64.0.0', 10], // shared by the customers of a carrier
  ],
  'link-local': [['169.254.0.0', 16]], // clouds keep the credentials of a machine there
  forbidden: [
    ['0.0.0.0', 8],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24], // documentation
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['192.88.99.0', 24], // 6to4 relays
    ['198.18.0.0', 15], // bench networks
    ['168.63.129.16', 32], // Azure's own service for each machine
    ['224.0.0.0', 4], // multicast
    ['240.0.0.0', 4], // reserved, broadcast
  ],
};

/** Outside of 2000::/3 nothing is public: ::, IPv4-mapped, NAT64 and multicast are forbidden without a row here. */
const IPV6: Readonly<Record<AddressKind, readonly Range[]>> = {
  loopback: [['::1', 128]],
  private: [['fc00::', 7]],
  'link-local': [['fe80::', 10]],
  forbidden: [
    ['2001::', 23], // protocols, among them Teredo: an IPv4 address inside
    ['2001:db8::', 32], // documentation
    ['2002::', 16], // 6to4: an IPv4 address inside
    ['3fff::', 20], // documentation
  ],
  public: [['2000::', 3]],
};

/** In this order: the first that holds the address says what it is. */
const IPV4_LISTS = blockLists(IPV4, 'ipv4');
const IPV6_LISTS = blockLists(IPV6, 'ipv6');

function blockLists(
  ranges: Readonly<Partial<Record<AddressKind, readonly Range[]>>>,
  family: 'ipv4' | 'ipv6',
): readonly (readonly [AddressKind, BlockList])[] {
  return Object.entries(ranges).map(([kind, rows]) => {
    const list = new BlockList();
    for (const [network, prefix] of rows) list.addSubnet(network, prefix, family);
    return [kind as AddressKind, list] as const;
  });
}

/** @param address an IPv4 or IPv6 address without brackets; anything else is forbidden */
export function kindOfAddress(address: string): AddressKind {
  const family = isIP(address);
  // a zone names a network card of this machine
  if (family === 0 || address.includes('%')) return 'forbidden';
  if (family === 4) {
    return IPV4_LISTS.find(([, list]) => list.check(address, 'ipv4'))?.[0] ?? 'public';
  }
  return IPV6_LISTS.find(([, list]) => list.check(address, 'ipv6'))?.[0] ?? 'forbidden';
}
