import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

const incoming = (forwarded?: string) =>
  ({
    headers: { 'x-forwarded-for': forwarded },
    socket: { remoteAddress: '10.0.0.1' },
  }) as unknown as IncomingMessage;

describe('clientAddress', () => {
  it.each<[string | undefined, number, string]>([
    // what a client writes itself is believed only up to the proxies of our own
    ['1.1.1.1', 0, '10.0.0.1'],
    [undefined, 1, '10.0.0.1'],
    ['1.1.1.1', 1, '1.1.1.1'],
    ['9.9.9.9, 1.1.1.1', 1, '1.1.1.1'],
    ['9.9.9.9, 1.1.1.1, 10.0.0.2', 2, '1.1.1.1'],
    ['1.1.1.1', 2, '10.0.0.1'],
  ])('%s behind %i proxies is %s', (forwarded, proxies, expected) => {
    expect(clientAddress(incoming(forwarded), proxies)).toBe(expected);
  });
});
