/** Enough for the first rows of any table, and for the labels that are in it. */
const HEAD_BYTES = 1024 * 1024;

/** First bytes of containers: Parquet, zip, Arrow, gzip, zstd. Their contents cannot be told from a part of them. */
const CONTAINERS: readonly (readonly number[])[] = [
  [0x50, 0x41, 0x52, 0x31],
  [0x50, 0x4b, 0x03, 0x04],
  [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31],
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
];
/** Byte order marks of UTF-16, in which line ends are not single bytes. */
const WIDE: readonly (readonly number[])[] = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];
const UTF8_MARK = [0xef, 0xbb, 0xbf];

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];

/**
 * What of a file is sent to recognise it: whole rows from its start, at most `limit` bytes of them, as a file that is
 * complete in itself. Where rows cannot be told apart without reading all of it, the file itself, which the browser
 * sends from the disk.
 */
export async function fileHead(file: File, limit = HEAD_BYTES): Promise<Blob> {
  if (file.size <= limit) return file;
  const bytes = new Uint8Array(await file.slice(0, limit).arrayBuffer());
  if ([...CONTAINERS, ...WIDE].some((magic) => startsWith(bytes, magic))) return file;
  const first = firstToken(bytes);
  const end =
    bytes[first] === OPEN_LIST
      ? endOfElements(bytes, first)
      : bytes[first] === OPEN_OBJECT
        ? endOfLines(bytes, first)
        : endOfRecords(bytes);
  if (end === 0) return file;
  return new Blob(bytes[first] === OPEN_LIST ? [bytes.subarray(0, end), ']'] : [bytes.subarray(0, end)]);
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function firstToken(bytes: Uint8Array): number {
  let at = startsWith(bytes, UTF8_MARK) ? UTF8_MARK.length : 0;
  // space, tab and line ends are the only bytes below 0x21 that a text begins with
  while (at < bytes.length && bytes[at]! <= 0x20) at += 1;
  return at;
}

/** Behind the last element of a JSON list that is whole; 0: there is none. */
function endOfElements(bytes: Uint8Array, start: number): number {
  let depth = 0;
  let inText = false;
  let end = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
    else if (byte === COMMA && depth === 1) end = at;
  }
  return end;
}

/** Behind the last whole line, where the first line is an object by itself; 0: the file is one object over many lines. */
function endOfLines(bytes: Uint8Array, start: number): number {
  const firstEnd = bytes.indexOf(NEWLINE, start);
  if (firstEnd === -1) return 0;
  try {
    JSON.parse(new TextDecoder().decode(bytes.subarray(start, firstEnd)));
  } catch {
    return 0;
  }
  return bytes.lastIndexOf(NEWLINE) + 1;
}

/** Behind the last line end that no quotes hold; 0: there is none. */
function endOfRecords(bytes: Uint8Array): number {
  let isQuoted = false;
  let end = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === NEWLINE && !isQuoted) end = at + 1;
  }
  return end;
}
