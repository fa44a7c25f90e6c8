import { describe, expect, it } from 'vitest';
import { providerHosts } from './provider-hosts.ts';

describe('providerHosts', () => {
  it.each([
    // an arena that only this machine reaches
    ['127.0.0.1', {}, 'loopback'],
    ['localhost', {}, 'loopback'],
    ['::1', {}, 'loopback'],
    ['127.0.0.2', { AGON_PUBLIC_URL: '' }, 'loopback'],
    // one that others reach
    ['0.0.0.0', {}, ''],
    ['::', {}, ''],
    ['192.168.1.5', {}, ''],
    ['127.0.0.1', { AGON_PUBLIC_URL: 'https://arena.example.org' }, ''],
    ['127.evil.example', {}, ''],
    // an explicit setting wins
    ['127.0.0.1', { AGON_PROVIDER_HOSTS: '' }, ''],
    ['0.0.0.0', { AGON_PROVIDER_HOSTS: 'gpu-1:8000' }, 'gpu-1:8000'],
  ])('%s with %j: "%s"', (host, environment, expected) => {
    expect(providerHosts(environment, host)).toBe(expected);
  });
});
