import { fileURLToPath } from 'node:url';

/** Path of a small file that was written after what people ship: its first letters name its kind. */
export function caseFile(name: string): string {
  return fileURLToPath(new URL(`data/${name}`, import.meta.url));
}
