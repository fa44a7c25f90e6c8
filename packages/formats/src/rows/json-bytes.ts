/** Bytes that give JSON its structure. Those of UTF-8's longer characters are none of them. */
export const JSON_BYTES = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
  lineFeed: 0x0a,
  openList: 0x5b,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

const { quote, backslash, openList, closeList, openObject, closeObject } = JSON_BYTES;

/** The first place from `from` on that is neither white space nor a byte-order mark, which joined files have inside. */
export function skipBlank(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at += 1) {
    if (bytes[at]! <= 0x20) continue;
    if (bytes[at] !== 0xef || bytes[at + 1] !== 0xbb || bytes[at + 2] !== 0xbf) break;
    at += 2;
  }
  return at;
}

/** Behind the list, object or string that starts at `from`; -1 where it does not end within `bytes`. */
export function endOfValue(bytes: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const unit = bytes[at]!;
    if (unit === quote) {
      for (at += 1; at < bytes.length && bytes[at] !== quote; at += 1) if (bytes[at] === backslash) at += 1;
      if (at >= bytes.length) return -1;
      if (depth === 0) return at + 1;
    } else if (unit === openList || unit === openObject) depth += 1;
    else if (unit === closeList || unit === closeObject) {
      depth -= 1;
      if (depth <= 0) return at + 1;
    }
  }
  return -1;
}

export function countLines(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a, from); at >= 0 && at < to; at = bytes.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}
