import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { TicketSigner } from '@agon/arena';

/** Keeps a signature of tickets from being used as one of anything else made with the same secret. */
const PURPOSE = 'agon/ticket/1';

/** HMAC-SHA-256 over the payload: `base64url(payload).base64url(signature)`. */
export function createTicketSigner(secret: string): TicketSigner {
  // a key object: with a buffer, each signature would prepare the key anew and take five times as long
  const key = createSecretKey(createHmac('sha256', secret).update(PURPOSE).digest());
  const sign = (payload: string) => createHmac('sha256', key).update(payload).digest();
  return {
    sign(payload) {
      return `${Buffer.from(payload).toString('base64url')}.${sign(payload).toString('base64url')}`;
    },
    open(ticket) {
      const [encoded, signature, ...rest] = ticket.split('.');
      if (encoded === undefined || signature === undefined || rest.length > 0) return null;
      const payload = Buffer.from(encoded, 'base64url').toString();
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(payload);
      return given.length === expected.length && timingSafeEqual(given, expected) ? payload : null;
    },
  };
}
