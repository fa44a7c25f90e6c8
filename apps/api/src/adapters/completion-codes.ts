import { createHmac, createSecretKey } from 'node:crypto';
import type { CompletionCodes } from '@agon/arena';

/** Keeps a code from being used as a signature of anything else made with the same secret. */
const PURPOSE = 'agon/completion/1';
/** Crockford's: no I, L, O and U. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Of 5 bits each: guessing one of a thousand codes takes a million million tries. */
const LENGTH = 10;

/** HMAC-SHA-256 over campaign and voter, its first 50 bits as letters. */
export function createCompletionCodes(secret: string): CompletionCodes {
  const key = createSecretKey(createHmac('sha256', secret).update(PURPOSE).digest());
  return {
    of(campaign, rater) {
      const digest = createHmac('sha256', key).update(`${campaign}/${rater}`).digest();
      return Array.from(digest.subarray(0, LENGTH), (byte) => LETTERS[byte & 31]).join('');
    },
  };
}
