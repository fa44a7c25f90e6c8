import { createHash, timingSafeEqual } from 'node:crypto';

/** Hashed first, so that neither content nor length shows in the time it takes. */
export function isSameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/** The key of an `Authorization: Bearer` header; null where it is none. */
export function bearerOf(authorization: string | null | undefined): string | null {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null;
}
