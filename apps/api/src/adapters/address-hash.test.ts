import { describe, expect, it } from 'vitest';
import { createAddressHash, networkOf } from './address-hash.ts';

describe('networkOf', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['unknown', 'unknown'],
    ['in-process', 'in-process'],
  ])('%s → %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('createAddressHash', () => {
  const hash = createAddressHash('a secret of thirty-two characters');

  it('is one for a network, and another in another campaign or with another secret', () => {
    expect(hash('one', '2001:db8::1')).toBe(hash('one', '2001:db8::ffff'));
    expect(hash('one', '2001:db8::1')).toMatch(/^[0-9a-f]{16}$/);
    const others = [
      hash('two', '2001:db8::1'),
      hash('one', '2001:db8:0:1::1'),
      createAddressHash('another secret of thirty-two char')('one', '2001:db8::1'),
    ];
    expect(new Set([hash('one', '2001:db8::1'), ...others]).size).toBe(4);
  });
});
