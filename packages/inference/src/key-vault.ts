import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { KeyVault } from '@agon/arena';
import { ArenaError } from '@agon/domain';

const VARIABLE = 'AGON_ENCRYPTION_KEY';
const FORMAT = 'v1';
const SECRET_BYTES = 32;
/** NIST SP 800-38D recommends 96 bits for GCM. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

type Secret = { readonly id: string; readonly bytes: Buffer };

/**
 * Seals with AES-256-GCM as `v1.<key id>.<iv>.<ciphertext and tag>`, each part in base64url.
 * @param secrets of 32 bytes each in base64 or base64url, between commas: seals with the first, opens with any; empty:
 *   nothing can be sealed or opened
 * @throws ArenaError('unknown_option') where one has another length
 */
export function createKeyVault(secrets: string): KeyVault {
  const known = secrets
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(readSecret);
  return {
    seal(key, context) {
      const [secret] = known;
      if (secret === undefined) refuse(`Keys cannot be stored here: ${VARIABLE} is not set.`, makeOne());
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', secret.bytes, iv).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(key, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [FORMAT, secret.id, iv.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open(sealed, context) {
      const [format, id, iv, body, ...rest] = sealed.split('.');
      const ivBytes = Buffer.from(iv ?? '', 'base64url');
      const bytes = Buffer.from(body ?? '', 'base64url');
      const isWhole = ivBytes.length === IV_BYTES && bytes.length > TAG_BYTES && rest.length === 0;
      if (format !== FORMAT || !isWhole) return unreadable();
      const secret = known.find((one) => one.id === id);
      if (secret === undefined) {
        return refuse(
          `The stored key was sealed by another ${VARIABLE}.`,
          `Give the key again, or add the older secret behind the new one in ${VARIABLE}.`,
        );
      }
      const decipher = createDecipheriv('aes-256-gcm', secret.bytes, ivBytes, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
          'utf8',
        );
      } catch {
        return unreadable();
      }
    },
    isOld: (sealed) => sealed.split('.')[1] !== known[0]?.id,
  };
}

function readSecret(text: string): Secret {
  const bytes = Buffer.from(text, 'base64url');
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);
  if (!isBase64 || bytes.length !== SECRET_BYTES) {
    throw new ArenaError(
      'unknown_option',
      `${VARIABLE} holds a secret that is not ${SECRET_BYTES} bytes in base64.`,
      {
        hint: makeOne(),
        at: { column: VARIABLE },
      },
    );
  }
  // names the secret without saying anything of it
  return { id: createHash('sha256').update(bytes).digest('base64url').slice(0, 8), bytes };
}

function makeOne(): string {
  return `Make one: ${VARIABLE}=$(openssl rand -base64 32)`;
}

function unreadable(): never {
  return refuse(
    'The stored key was changed, or belongs to another provider or address.',
    'Give the key again.',
  );
}

function refuse(message: string, hint: string): never {
  throw new ArenaError('provider_refused', message, { hint });
}
