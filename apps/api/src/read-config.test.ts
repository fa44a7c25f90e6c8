import type { ArenaError } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { readConfig } from './read-config.ts';

const least = { AGON_DATABASE_URL: 'postgres://localhost/x', AGON_SECRET: 'x'.repeat(32) };

describe('readConfig', () => {
  it('needs a database and a secret, and nothing else', () => {
    const config = readConfig(least);
    expect(config).toMatchObject({ host: '127.0.0.1', port: 3000, loadsDemo: false });
    expect(config.settings).toMatchObject({ publicOrigin: null, trustedProxies: 0, ownerKey: null });
  });

  it('passes on the settings of providers, and nothing else of the environment', () => {
    expect(readConfig(least)).toMatchObject({ encryptionKeys: '' });
    const { encryptionKeys, environment } = readConfig({
      ...least,
      AGON_ENCRYPTION_KEY: 'new,old',
      AGON_PROVIDER_HOSTS: 'loopback',
      AGON_KEY_VARIABLES: 'LAB_KEY',
      LAB_KEY: 'sk-1',
    });
    expect(encryptionKeys).toBe('new,old');
    expect(environment).toEqual({ AGON_PROVIDER_HOSTS: 'loopback', AGON_KEY_VARIABLES: 'LAB_KEY' });
  });

  it('answers for local names only while it listens locally', () => {
    expect([...(readConfig(least).settings.allowedHosts ?? [])]).toContain('localhost');
    expect(readConfig({ ...least, HOST: '0.0.0.0' }).settings.allowedHosts).toBeNull();
    const behindProxy = readConfig({ ...least, AGON_PUBLIC_URL: 'https://arena.example.org' });
    expect([...(behindProxy.settings.allowedHosts ?? [])]).toContain('arena.example.org');
    expect(behindProxy.settings.publicOrigin).toBe('https://arena.example.org');
  });

  it.each([
    [{}, 'open'],
    [{ HOST: '0.0.0.0' }, 'closed'],
    [{ HOST: '192.0.2.1' }, 'closed'],
    // a proxy of the same machine shows it to the world
    [{ AGON_PUBLIC_URL: 'https://arena.example.org' }, 'closed'],
    [{ AGON_PUBLIC_URL: 'http://localhost:3000' }, 'open'],
    [{ AGON_METRICS_KEY: 'x'.repeat(16) }, { key: 'x'.repeat(16) }],
    [{ HOST: '::', AGON_METRICS_KEY: 'x'.repeat(16) }, { key: 'x'.repeat(16) }],
  ])('with %j metrics are %j', (given, rule) => {
    expect(readConfig({ ...least, ...given }).settings.metrics).toEqual(rule);
  });

  it.each([
    [{ AGON_METRICS_KEY: 'short' }, 'AGON_METRICS_KEY'],
    [{ AGON_DATABASE_URL: '' }, 'AGON_DATABASE_URL'],
    [{ AGON_SECRET: 'short' }, 'AGON_SECRET'],
    [{ PORT: 'http' }, 'PORT'],
    [{ PORT: '70000' }, 'PORT'],
    [{ AGON_PUBLIC_URL: 'arena.example.org' }, 'AGON_PUBLIC_URL'],
    [{ AGON_PUBLIC_URL: 'https://example.org/arena' }, 'AGON_PUBLIC_URL'],
    [{ AGON_RATE_LIMITS: 'no' }, 'AGON_RATE_LIMITS'],
    [{ AGON_TRUSTED_PROXY: '-1' }, 'AGON_TRUSTED_PROXY'],
    [{ AGON_LOG_LEVEL: 'loud' }, 'AGON_LOG_LEVEL'],
    [{ AGON_ACCESS_LOG: 'yes' }, 'AGON_ACCESS_LOG'],
  ])('names the wrong one: %j', (wrong, name) => {
    expect(() => readConfig({ ...least, ...wrong })).toThrow(
      expect.objectContaining({ code: 'unknown_option', at: { column: name } }) as ArenaError,
    );
  });
});
