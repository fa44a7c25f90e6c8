import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ArenaError } from '@agon/domain';
import { isArrow } from '@agon/formats/arrow';

/**
 * A file's text, from UTF-8, or from UTF-16 where its byte-order mark says so.
 * @throws ArenaError invalid_file where bytes stand for no character, with their line; unknown_format for Arrow files
 */
export function readTextFile(path: string): string {
  const bytes = readFileSync(path);
  const file = basename(path);
  if (isArrow(bytes)) {
    throw new ArenaError(
      'unknown_format',
      `${file} is an Arrow file: rank and agreement read it, import does not.`,
      {
        hint: 'Write it as CSV or JSONL.',
        at: { file },
      },
    );
  }
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ArenaError('invalid_file', `${file} is not ${encoding.toUpperCase()}.`, {
      hint: 'Convert it to UTF-8; nothing was read.',
      at: { file, ...(encoding === 'utf-8' ? { line: firstBadLine(bytes) } : {}) },
      cause,
    });
  }
}

function firstBadLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const feed = bytes.indexOf(0x0a, from);
    const end = feed < 0 ? bytes.length : feed;
    try {
      decoder.decode(bytes.subarray(from, end));
    } catch {
      return line;
    }
    from = end + 1;
  }
  return line;
}
