import { randomBytes } from 'node:crypto';
import type { KeyVault } from '@agon/arena';
import { describe, expect, it } from 'vitest';

/** @param make from secrets of 32 bytes in base64, between commas, the newest first */
export function keyVaultContract(make: (secrets: string) => KeyVault): void {
  const secret = (encoding: 'base64' | 'base64url' = 'base64') => randomBytes(32).toString(encoding);
  const KEY = 'sk-ключ-0123456789';

  describe('the contract of KeyVault', () => {
    it('opens what it sealed, for the same context', () => {
      for (const encoding of ['base64', 'base64url'] as const) {
        const vault = make(secret(encoding));
        const sealed = vault.seal(KEY, 'provider-1 https://api.example.org');
        expect(vault.open(sealed, 'provider-1 https://api.example.org')).toBe(KEY);
        expect(sealed).not.toContain('0123456789');
      }
    });

    it('seals the same key differently each time', () => {
      const vault = make(secret());
      expect(new Set(Array.from({ length: 100 }, () => vault.seal(KEY, 'x'))).size).toBe(100);
    });

    it('opens for no other context', () => {
      const vault = make(secret());
      const sealed = vault.seal(KEY, 'provider-1 https://api.example.org');
      for (const context of ['', 'provider-2 https://api.example.org', 'provider-1 https://evil.example']) {
        expect(() => vault.open(sealed, context)).toThrow(
          expect.objectContaining({ code: 'provider_refused' }),
        );
      }
    });

    it('opens nothing that was changed', () => {
      const vault = make(secret());
      const sealed = vault.seal(KEY, 'x');
      const parts = sealed.split('.');
      const changed = parts.map((part, index) => {
        const swapped = part.startsWith('A') ? `B${part.slice(1)}` : `A${part.slice(1)}`;
        return parts.map((other, at) => (at === index ? swapped : other)).join('.');
      });
      for (const text of [...changed, sealed.slice(0, -8), `${sealed}.x`, '', 'v1...', KEY]) {
        expect(() => vault.open(text, 'x')).toThrow(expect.objectContaining({ code: 'provider_refused' }));
      }
    });

    it('opens with every secret, seals with the first, and knows which are old', () => {
      const [older, newer] = [secret(), secret()];
      const before = make(older);
      const sealed = before.seal(KEY, 'x');
      expect(before.isOld(sealed)).toBe(false);
      const both = make(`${newer}, ${older}`);
      expect(both.open(sealed, 'x')).toBe(KEY);
      expect(both.isOld(sealed)).toBe(true);
      const again = both.seal(KEY, 'x');
      expect(both.isOld(again)).toBe(false);
      expect(make(newer).open(again, 'x')).toBe(KEY);
      expect(() => make(newer).open(sealed, 'x')).toThrow(
        expect.objectContaining({
          code: 'provider_refused',
          hint: expect.stringContaining('AGON_ENCRYPTION_KEY'),
        }),
      );
    });

    it('says what is wrong with its secrets, without showing them', () => {
      const short = randomBytes(16).toString('base64');
      for (const secrets of [short, 'correct horse battery staple', `${secret()},${short}`, `${secret()}!`]) {
        expect(() => make(secrets)).toThrow(
          expect.objectContaining({
            code: 'unknown_option',
            message: expect.not.stringContaining(secrets.split(',').at(-1)!),
          }),
        );
      }
    });

    it('seals nothing without a secret, and says so', () => {
      expect(() => make('').seal(KEY, 'x')).toThrow(
        expect.objectContaining({
          code: 'provider_refused',
          message: expect.stringContaining('AGON_ENCRYPTION_KEY'),
        }),
      );
    });
  });
}
