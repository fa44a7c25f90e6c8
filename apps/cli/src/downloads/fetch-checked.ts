import { createReadStream, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArenaError } from '@agon/domain';

/** What a hash of node:crypto offers, or one that begins with more than the file. */
type Hasher = { update(piece: Uint8Array): unknown; digest(encoding: 'hex'): string };

/** A file that is fetched in as many pieces as the connection makes of it. */
export type Wanted = {
  /** What people call it: in messages. */
  readonly name: string;
  readonly bytes: number;
  /** Hex. */
  readonly hash: string;
  newHash(): Hasher;
  /** What the bytes go through before they are hashed, where the hash is that of what is packed in them. */
  unpack?(): Transform;
  /**
   * The content from a byte on. @throws ArenaError where asking again cannot help; any other error is a fault of the
   * connection, after which it is asked again
   */
  open(from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
};

export type FetchOptions = {
  readonly signal: AbortSignal;
  /** Called with what arrived, in bytes; less than zero where it had to be thrown away. */
  onBytes(bytes: number): void;
  /** First pause before asking again, ms; doubled each time. */
  readonly pauseMs?: number;
};

const MAX_RETRIES_WITHOUT_PROGRESS = 5;

/**
 * Fetches a file to a path. What arrived before a cut, a kill or Ctrl-C stays in `PATH.HASH.part` and is not fetched
 * again; the path itself appears only when the checksum fits.
 * @returns 'kept' where the right file was there already
 * @throws ArenaError('invalid_file') for a wrong checksum, 'provider_unreachable' where five tries in a row brought nothing
 */
export async function fetchChecked(
  path: string,
  wanted: Wanted,
  options: FetchOptions,
): Promise<'kept' | 'fetched'> {
  if (existsSync(path) && statSync(path).size === wanted.bytes) {
    if ((await hashFile(path, wanted)) === wanted.hash) {
      options.onBytes(wanted.bytes);
      return 'kept';
    }
  }
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${wanted.hash.slice(0, 12)}.part`;
  await fill(part, wanted, options);
  if ((await hashFile(part, wanted)) !== wanted.hash) {
    rmSync(part, { force: true });
    throw new ArenaError(
      'invalid_file',
      `${wanted.name} arrived with a wrong checksum, and was thrown away.`,
      {
        hint: 'Run the same command again; if it stays, a proxy or a mirror in between changes what it passes on.',
        at: { file: path, value: wanted.hash },
      },
    );
  }
  renameSync(part, path);
  return 'fetched';
}

/** How much of a file is there from an earlier try, in bytes. */
export function bytesThere(path: string, { bytes, hash }: Pick<Wanted, 'bytes' | 'hash'>): number {
  const sizeOf = (each: string) => (existsSync(each) ? statSync(each).size : 0);
  return sizeOf(path) === bytes ? bytes : Math.min(bytes, sizeOf(`${path}.${hash.slice(0, 12)}.part`));
}

async function fill(part: string, wanted: Wanted, options: FetchOptions): Promise<void> {
  const file = await open(part, 'a');
  try {
    let { size } = await file.stat();
    options.onBytes(Math.min(size, wanted.bytes));
    for (let fruitless = 0; size < wanted.bytes; ) {
      const before = size;
      let fault: unknown = null;
      try {
        const content = await wanted.open(size, options.signal);
        for await (const piece of content) {
          options.signal.throwIfAborted();
          await file.appendFile(piece);
          size += piece.length;
          options.onBytes(piece.length);
        }
      } catch (error) {
        if (error instanceof ArenaError || options.signal.aborted) throw error;
        fault = error;
      }
      if (size > wanted.bytes) {
        // more than was promised: what is there cannot be right
        await file.truncate(0);
        options.onBytes(-size);
        size = 0;
        fault ??= new Error('more arrived than was promised');
        fruitless += 1;
      } else fruitless = size > before ? 0 : fruitless + 1;
      if (fruitless >= MAX_RETRIES_WITHOUT_PROGRESS) throw unreachable(wanted.name, fault);
      if (size < wanted.bytes)
        await sleep((options.pauseMs ?? 500) * 2 ** fruitless, undefined, { signal: options.signal });
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

export function unreachable(what: string, fault: unknown): ArenaError {
  const cause = fault instanceof Error && fault.cause instanceof Error ? fault.cause : fault;
  const reason = cause instanceof Error ? cause.message : 'the connection ended too early';
  return new ArenaError('provider_unreachable', `${what} could not be fetched: ${reason}.`, {
    hint: 'Run the same command again: it continues where it stopped.',
    cause: fault,
  });
}

async function hashFile(path: string, wanted: Wanted): Promise<string> {
  const hash = wanted.newHash();
  const take = async (content: AsyncIterable<Uint8Array>) => {
    for await (const piece of content) hash.update(piece);
  };
  const packed = createReadStream(path, { highWaterMark: 2 ** 20 });
  try {
    if (wanted.unpack === undefined) await pipeline(packed, take);
    else await pipeline(packed, wanted.unpack(), take);
  } catch (error) {
    // what cannot be unpacked is not what was wanted
    if (wanted.unpack !== undefined && /^Z_/.test(String((error as NodeJS.ErrnoException).code))) return '';
    throw error;
  }
  return hash.digest('hex');
}
