import { MAX_NESTED } from '@agon/domain';

/** What a text of JSON looks like outside its strings, seen in one pass and without parsing it. */
export type JsonOutline = {
  /** One a key. */
  readonly colons: number;
  /** Where it is more than `MAX_NESTED`, the text was seen up to there, and the rest of the outline says nothing. */
  readonly depth: number;
  /** There is a run of digits that a 64-bit floating-point number may not hold. */
  readonly hasLongNumber: boolean;
};

/** Digits of the least whole number that a 64-bit floating-point number does not hold, 2^53 + 1. */
const LONG_NUMBER = 16;
const [QUOTE, COLON, BACKSLASH] = [0x22, 0x3a, 0x5c];

export function outlineOf(text: string): JsonOutline {
  let colons = 0;
  let open = 0;
  let depth = 0;
  let digits = 0;
  let hasLongNumber = false;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x30 && unit <= 0x39) {
      digits += 1;
      if (digits === LONG_NUMBER) hasLongNumber = true;
      continue;
    }
    digits = 0;
    if (unit === QUOTE) i = endOfString(text, i);
    else if (unit === COLON) colons += 1;
    else if (unit === 0x7b || unit === 0x5b) {
      open += 1;
      if (open > depth) depth = open;
      if (depth > MAX_NESTED) break;
    } else if (unit === 0x7d || unit === 0x5d) open -= 1;
  }
  return { colons, depth, hasLongNumber };
}

/** Index of the quote that closes the string opened at `open`; the text's length where none does. */
export function endOfString(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

/** The text with `replace` done to what stands outside its strings. */
export function outsideStrings(text: string, replace: (part: string) => string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      parts.push(replace(text.slice(at)));
      break;
    }
    const end = endOfString(text, quote) + 1;
    parts.push(replace(text.slice(at, quote)), text.slice(quote, end));
    at = end;
  }
  return parts.join('');
}
