import type { TicketSigner } from '@agon/arena';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** @param make a signer with this secret; the same secret gives the same signer, as in another process */
export function ticketSignerContract(make: (secret: string) => TicketSigner): void {
  const [one, other] = ['first secret of thirty-two characters', 'other secret of thirty-two characters'];

  describe('the contract of TicketSigner', () => {
    it('opens what it signed, in another process too', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme' }), (payload) => {
          expect(make(one).open(make(one).sign(payload))).toBe(payload);
        }),
      );
    });

    it('opens nothing that was signed with another secret', () => {
      expect(make(other).open(make(one).sign('battle'))).toBeNull();
    });

    it('opens no ticket of which one character was changed', () => {
      const ticket = make(one).sign('battle/voter/1');
      fc.assert(
        fc.property(fc.nat(ticket.length - 1), fc.constantFrom(...'AbZ09-_.'), (at, character) => {
          const changed = ticket.slice(0, at) + character + ticket.slice(at + 1);
          const opened = make(one).open(changed);
          // the last character of a base64url group has bits that mean nothing
          expect([null, 'battle/voter/1']).toContain(opened);
          if (at < ticket.indexOf('.') - 1 && changed !== ticket) expect(opened).toBeNull();
        }),
      );
    });

    it('opens no text that is no ticket', () => {
      fc.assert(fc.property(fc.string(), (text) => make(one).open(text) === null));
    });
  });
}
