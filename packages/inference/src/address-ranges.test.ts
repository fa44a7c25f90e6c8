import { describe, expect, it } from 'vitest';
import { type AddressKind, kindOfAddress } from './address-ranges.ts';

/** First and last address of each range of the registries (RFC 6890, RFC 9637), with what lies beside it. */
const BORDERS: readonly (readonly [
  before: string,
  first: string,
  last: string,
  after: string,
  AddressKind,
])[] = [
  ['-', '0.0.0.0', '0.255.255.255', '1.0.0.0', 'forbidden'],
  ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0', 'private'],
  ['100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0', 'private'],
  ['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0', 'loopback'],
  ['168.63.129.15', '168.63.129.16', '168.63.129.16', '168.63.129.17', 'forbidden'],
  ['169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0', 'link-local'],
  ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0', 'private'],
  ['191.255.255.255', '192.0.0.0', '192.0.0.255', '192.0.1.0', 'forbidden'],
  ['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0', 'forbidden'],
  ['192.88.98.255', '192.88.99.0', '192.88.99.255', '192.88.100.0', 'forbidden'],
  ['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0', 'private'],
  ['198.17.255.255', '198.18.0.0', '198.19.255.255', '198.20.0.0', 'forbidden'],
  ['198.51.99.255', '198.51.100.0', '198.51.100.255', '198.51.101.0', 'forbidden'],
  ['203.0.112.255', '203.0.113.0', '203.0.113.255', '203.0.114.0', 'forbidden'],
  ['223.255.255.255', '224.0.0.0', '255.255.255.255', '-', 'forbidden'],
  ['-', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::', 'forbidden'],
  ['2001:db7:ffff::', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::', 'forbidden'],
  ['2001:ffff::', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2003::', 'forbidden'],
  ['3ffe:ffff::', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:1000::', 'forbidden'],
];

describe('kindOfAddress', () => {
  it.each(BORDERS)('%s | %s … %s | %s', (before, first, last, after, kind) => {
    expect([kindOfAddress(first), kindOfAddress(last)]).toEqual([kind, kind]);
    for (const neighbour of [before, after]) {
      if (neighbour !== '-') expect(kindOfAddress(neighbour)).toBe('public');
    }
  });

  it.each<[string, AddressKind]>([
    ['::', 'forbidden'],
    ['::1', 'loopback'],
    ['::2', 'forbidden'],
    ['::ffff:1.1.1.1', 'forbidden'],
    ['::ffff:127.0.0.1', 'forbidden'],
    ['64:ff9b::1', 'forbidden'],
    ['64:ff9b:1::1', 'forbidden'],
    ['1fff:ffff::', 'forbidden'],
    ['2000::', 'public'],
    ['2606:4700:4700::1111', 'public'],
    ['3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'public'],
    ['4000::', 'forbidden'],
    ['5f00::1', 'forbidden'],
    ['fbff:ffff::', 'forbidden'],
    ['fc00::', 'private'],
    ['fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'private'],
    ['fe00::', 'forbidden'],
    ['fe80::', 'link-local'],
    ['febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'link-local'],
    ['fec0::', 'forbidden'],
    ['ff02::1', 'forbidden'],
    // of a network card, and what is none at all
    ['fe80::1%eth0', 'forbidden'],
    ['2606:4700:4700::1111%eth0', 'forbidden'],
    ['localhost', 'forbidden'],
    ['127.1', 'forbidden'],
    ['[::1]', 'forbidden'],
    ['', 'forbidden'],
  ])('%s is %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind);
  });
});
