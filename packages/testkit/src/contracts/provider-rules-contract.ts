import type { ProviderRules } from '@agon/arena';
import { describe, expect, it } from 'vitest';

export type RulesMachine = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly ownPorts: () => readonly number[];
};

/** @param make with the variables of a machine and the ports that the arena has there */
export function providerRulesContract(make: (machine: RulesMachine) => ProviderRules): void {
  const rules = (environment: RulesMachine['environment'] = {}) =>
    make({ environment, ownPorts: () => [3000, 5433] });
  const forbidden = expect.objectContaining({ code: 'provider_forbidden', kind: 'rejected' });

  describe('the contract of ProviderRules', () => {
    it('takes public addresses from everybody, without a slash at their end', () => {
      for (const by of ['administrator', 'owner'] as const) {
        expect(rules().checkAddress('https://api.example.org/v1/', by)).toEqual({
          baseUrl: 'https://api.example.org/v1',
          allowsPrivate: false,
        });
        expect(rules().checkAddress('https://1.1.1.1', by)).toEqual({
          baseUrl: 'https://1.1.1.1',
          allowsPrivate: false,
        });
      }
    });

    it('takes private ones from the owner of the data folder alone', () => {
      const urls = [
        'http://localhost:8000/v1',
        'http://127.0.0.1:8000',
        'http://[::1]:8000',
        'http://10.1.2.3',
      ];
      for (const url of urls) {
        expect(rules().checkAddress(url, 'owner')).toEqual({ baseUrl: url, allowsPrivate: true });
        expect(() => rules().checkAddress(url, 'administrator')).toThrow(forbidden);
      }
    });

    it('takes private ones from administrators where the machine lists them', () => {
      const listed = rules({ AGON_PROVIDER_HOSTS: 'localhost:8000, 10.0.0.0/8, fd00::7, gpu-1' });
      const takes = (url: string) => listed.checkAddress(url, 'administrator');
      for (const url of ['http://localhost:8000', 'http://10.9.9.9', 'http://[fd00::7]:81', 'http://gpu-1']) {
        expect(takes(url)).toEqual({ baseUrl: url, allowsPrivate: false });
      }
      for (const url of [
        'http://localhost:8001',
        'http://127.0.0.1:8000',
        'http://192.168.0.1',
        'http://[fd00::8]',
      ]) {
        expect(() => takes(url)).toThrow(forbidden);
      }
      const loopback = rules({ AGON_PROVIDER_HOSTS: 'loopback' });
      for (const url of ['http://localhost:1', 'http://127.9.9.9', 'http://[::1]']) {
        expect(loopback.checkAddress(url, 'administrator')).toEqual({ baseUrl: url, allowsPrivate: false });
      }
      expect(() => loopback.checkAddress('http://10.0.0.1', 'administrator')).toThrow(forbidden);
    });

    it('takes the arena’s own ports from nobody, listed or not', () => {
      const listed = rules({ AGON_PROVIDER_HOSTS: 'loopback,localhost,127.0.0.1:3000,127.0.0.0/8' });
      for (const host of ['localhost:3000', '127.0.0.1:5433', '127.8.8.8:3000', '[::1]:5433']) {
        expect(() => listed.checkAddress(`http://${host}/v1`, 'owner')).toThrow(forbidden);
      }
    });

    it('takes link-local ones only where the machine lists this very port', () => {
      expect(() => rules().checkAddress('http://169.254.169.254', 'owner')).toThrow(forbidden);
      const networks = rules({ AGON_PROVIDER_HOSTS: '169.254.0.0/16,169.254.1.1' });
      expect(() => networks.checkAddress('http://169.254.1.1:8000', 'owner')).toThrow(forbidden);
      const listed = rules({ AGON_PROVIDER_HOSTS: '169.254.1.1:8000' });
      expect(listed.checkAddress('http://169.254.1.1:8000', 'administrator')).toEqual({
        baseUrl: 'http://169.254.1.1:8000',
        allowsPrivate: false,
      });
      expect(() => listed.checkAddress('http://169.254.1.1:8001', 'owner')).toThrow(forbidden);
    });

    it('hands out variables of presets, and those that the machine lists', () => {
      const some = rules({ AGON_KEY_VARIABLES: 'LAB_KEY, OTHER_KEY' });
      for (const name of ['OPENAI_API_KEY', 'HF_TOKEN', 'LAB_KEY', 'OTHER_KEY'])
        expect(some.checkKeyName(name, 'administrator')).toBeUndefined();
      expect(() => some.checkKeyName('GITHUB_TOKEN', 'administrator')).toThrow(forbidden);
      expect(() => some.checkKeyName('', 'administrator')).toThrow(forbidden);
      expect(some.checkKeyName('GITHUB_TOKEN', 'owner')).toBeUndefined();
    });

    it.each([
      'AGON_OWNER_KEY',
      'AGON_SECRET',
      'AGON_DATABASE_URL',
      'AGON_ENCRYPTION_KEY',
      'DATABASE_URL',
      'TEST_DATABASE_URL',
      'PGPASSWORD',
      'POSTGRES_PASSWORD',
      'NODE_OPTIONS',
      'PATH',
      'HOME',
      'LD_PRELOAD',
      'npm_config_token',
      'NPM_TOKEN',
      'agon_owner_key',
      'Agon_Secret',
      'WITH SPACE',
      'LINE\nBREAK',
    ])('never hands out %s, even where it is listed', (name) => {
      const all = rules({ AGON_KEY_VARIABLES: name });
      for (const by of ['administrator', 'owner'] as const)
        expect(() => all.checkKeyName(name, by)).toThrow(forbidden);
    });

    it.each([
      'a b',
      '10.0.0.0/33',
      '10.0.0/8',
      '/8',
      'http://x',
      'x:99999',
      'x:',
      '0x7f000001',
      'localhost.',
      'A.B',
    ])('says that "%s" is no row of AGON_PROVIDER_HOSTS', (row) => {
      expect(() => rules({ AGON_PROVIDER_HOSTS: `localhost,${row}` })).toThrow(
        expect.objectContaining({ code: 'unknown_option', message: expect.stringContaining(row) }),
      );
    });
  });
}
