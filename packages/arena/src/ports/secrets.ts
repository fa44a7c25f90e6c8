/** Makes secrets and the hashes that stand for them. */
export interface Secrets {
  /** 256 random bits, base64url. */
  make(): string;
  /** SHA-256, hex. */
  hash(secret: string): string;
}
