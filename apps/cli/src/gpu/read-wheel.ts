import { createInflateRaw } from 'node:zlib';
import { ArenaError } from '@agon/domain';
import type { Wanted } from '../downloads/fetch-checked.ts';

/** Bytes first to last (both included) of a file on a server. */
export type ReadRange = (first: number, last: number) => Promise<Uint8Array>;

export type Member = {
  readonly name: string;
  /** Where its own header stands. */
  readonly at: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly isDeflated: boolean;
};

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const HEADER = 0x04034b50;
const HEADER_BYTES = 30;
/** The end's record and the longest comment behind it. */
const LONGEST_END = 22 + 65_535;
const ZIP64 = 0xffffffff;

/**
 * The directory of a wheel, which is a zip, read from its end.
 * @throws ArenaError('invalid_file') where there is none, or one of a file of 4 GiB or more
 */
export async function readDirectory(
  name: string,
  bytes: number,
  read: ReadRange,
): Promise<readonly Member[]> {
  const tail = viewOf(await read(Math.max(0, bytes - LONGEST_END), bytes - 1));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw broken(name, 'has no directory');
  const [length, from] = [tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
  if (from === ZIP64 || from + length > bytes) throw broken(name, 'has a directory that cannot be read');
  const directory = await read(from, from + length - 1);
  const view = viewOf(directory);
  const members: Member[] = [];
  for (let at = 0; at + 46 <= view.byteLength; ) {
    if (view.getUint32(at, true) !== ENTRY) break;
    const method = view.getUint16(at + 10, true);
    const nameBytes = view.getUint16(at + 28, true);
    members.push({
      name: new TextDecoder().decode(directory.subarray(at + 46, at + 46 + nameBytes)),
      at: view.getUint32(at + 42, true),
      packedBytes: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      isDeflated: method === 8,
    });
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return members;
}

/** Where the packed bytes of a member begin. @throws ArenaError('invalid_file') */
export async function startOf(name: string, member: Member, read: ReadRange): Promise<number> {
  const header = viewOf(await read(member.at, member.at + HEADER_BYTES - 1));
  if (header.byteLength < HEADER_BYTES || header.getUint32(0, true) !== HEADER)
    throw broken(name, `has no ${member.name} where its directory says so`);
  return member.at + HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
}

/** How a member is unpacked; nothing where it is stored as it is. */
export function unpackerOf({ isDeflated }: Member): Pick<Wanted, 'unpack'> {
  return isDeflated ? { unpack: () => createInflateRaw() } : {};
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function broken(name: string, what: string): ArenaError {
  return new ArenaError('invalid_file', `${name} ${what}.`, {
    hint: 'The index or a proxy sends something else: name another one with --index.',
  });
}
