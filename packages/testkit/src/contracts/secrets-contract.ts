import type { Secrets } from '@agon/arena';
import { describe, expect, it } from 'vitest';

export function secretsContract(make: () => Secrets): void {
  describe('the contract of Secrets', () => {
    it('makes 256 bits in letters that need no escaping, never the same twice', () => {
      const secrets = make();
      const made = Array.from({ length: 1000 }, () => secrets.make());
      expect(new Set(made).size).toBe(made.length);
      // 256 bits are 43 characters of 6 bits
      for (const secret of made) expect(secret).toMatch(/^[\w-]{43}$/);
    });

    it('hashes with SHA-256, in hex', () => {
      // FIPS 180-2, appendix B.1
      expect(make().hash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    });
  });
}
