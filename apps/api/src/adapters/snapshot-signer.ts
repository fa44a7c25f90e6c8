import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto';
import type { SnapshotSigner } from '@agon/arena';

const PURPOSE = 'agon/snapshot/1';
/** PKCS #8 around a raw Ed25519 seed (RFC 8410 §7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_LENGTH = 12;

/** Ed25519 with a key that follows from the server's secret: nothing more to keep, and the same after a restart. */
export function createSnapshotSigner(secret: string): SnapshotSigner {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_LENGTH).toString('base64url'),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    verify: (text, signature) =>
      verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url')),
  };
}
