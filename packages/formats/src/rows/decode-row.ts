import { EXCERPT } from './source-row.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** A row's text, or null where its bytes are no UTF-8. No database stores a null character: it becomes U+FFFD. */
export function decodeRow(bytes: Uint8Array): string | null {
  try {
    const text = strict.decode(bytes);
    return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
  } catch {
    return null;
  }
}

/** The start of a row for showing it; what is no UTF-8 shows as U+FFFD. */
export function excerptOf(bytes: Uint8Array): string {
  return lenient
    .decode(bytes.subarray(0, EXCERPT * 4))
    .replaceAll('\0', '\uFFFD')
    .slice(0, EXCERPT);
}

export const NOT_UTF8 = 'not UTF-8';
