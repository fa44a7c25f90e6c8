/** Signs what a snapshot holds, so that whoever has the public key can tell a kept one from a changed one. */
export interface SnapshotSigner {
  /** Ed25519 public key, raw 32 bytes in base64url: the same as long as the server's secret is. */
  readonly publicKey: string;
  /** @returns Ed25519 signature of the text's UTF-8 bytes, base64url */
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}
