import { createHmac, createSecretKey } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

/** Keeps a hash from being used as one of anything else made with the same secret. */
const PURPOSE = 'agon/address/1';
const HEX_DIGITS = 16;
const GROUPS = 8;
/** A network gives each of its customers a /64 at least: all of its addresses are one person's to choose. */
const PREFIX_GROUPS = 4;

/** HMAC-SHA-256 of campaign and address, cut to 64 bits: who holds the database alone cannot try addresses. */
export function createAddressHash(secret: string): (campaign: string, address: string) => string {
  const key = createSecretKey(createHmac('sha256', secret).update(PURPOSE).digest());
  return (campaign, address) =>
    createHmac('sha256', key)
      .update(`${campaign}/${networkOf(address)}`)
      .digest('hex')
      .slice(0, HEX_DIGITS);
}

/** An IPv4 address as it is, written as IPv6 or not; of an IPv6 address its /64; anything else as it is. */
export function networkOf(address: string): string {
  const [plain = ''] = address.toLowerCase().split('%');
  const mapped = /^::ffff:(?:0:)?(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIPv4(plain) || !isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('::') as [string, string?];
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = plain.includes('::')
    ? Array<string>(Math.max(0, GROUPS - left.length - right.length)).fill('0')
    : [];
  const groups = [...left, ...zeros, ...right].slice(0, PREFIX_GROUPS);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
