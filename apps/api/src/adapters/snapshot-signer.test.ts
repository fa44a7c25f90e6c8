import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSnapshotSigner } from './snapshot-signer.ts';

describe('the signature of a snapshot', () => {
  const signer = createSnapshotSigner('a secret of at least thirty-two characters');

  it('is the same after a restart, and another server’s is another', () => {
    const again = createSnapshotSigner('a secret of at least thirty-two characters');
    expect(again.publicKey).toBe(signer.publicKey);
    expect(again.sign('text')).toBe(signer.sign('text'));
    expect(createSnapshotSigner('another secret of thirty-two characters').publicKey).not.toBe(
      signer.publicKey,
    );
  });

  it('is checked by anyone who has the public key', () => {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signer.publicKey }, format: 'jwk' });
    const signature = Buffer.from(signer.sign('kept'), 'base64url');
    expect(verify(null, Buffer.from('kept'), key, signature)).toBe(true);
    expect(signer.verify('kept', signer.sign('kept'))).toBe(true);
    expect(signer.verify('changed', signer.sign('kept'))).toBe(false);
    expect(signer.verify('kept', 'nonsense')).toBe(false);
  });
});
