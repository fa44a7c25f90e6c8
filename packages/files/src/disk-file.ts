import { read, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ArenaError } from '@agon/domain';

/** The path that stands for what is piped in. */
export const STDIN = '-';

export type Watch = {
  /** Told after each read. `total`: 0 where it is not known. */
  onBytes?(done: number, total: number): void;
  /** Called where rows were taken; no more are read until what it returns is settled. */
  afterRows?(): Promise<void>;
  readonly signal?: AbortSignal | undefined;
};

/** Bytes that are read at a time: large enough that the calls cost nothing, small beside everything else. */
const CHUNK = 1024 * 1024;
/** How long to wait before a pipe that has nothing yet is asked again, ms. */
const PATIENCE = 5;

const readDescriptor = promisify(read);

/**
 * The bytes of a file, a pipe or stdin (`-`), in chunks that share their memory: each is valid until the next is asked for.
 * @throws ArenaError('invalid_file') where it cannot be read; the signal's reason
 */
export async function* bytesOnDisk(path: string, { onBytes, signal }: Watch): AsyncGenerator<Uint8Array> {
  const handle = path === STDIN ? null : await attempt(path, () => open(path, 'r'));
  try {
    const total = handle === null ? 0 : sizeOf(await handle.stat());
    const chunk = new Uint8Array(CHUNK);
    for (let done = 0; ; ) {
      signal?.throwIfAborted();
      const size = await attempt(path, () => readSome(handle?.fd ?? 0, chunk));
      if (size === 0) return;
      done += size;
      onBytes?.(done, total);
      yield chunk.subarray(0, size);
    }
  } finally {
    await handle?.close();
  }
}

function sizeOf(stats: Stats): number {
  return stats.isFile() ? stats.size : 0;
}

/**
 * The next bytes, 0 at the end. Windows ends a pipe with an error instead of 0 bytes; and a pipe whose writer is slower
 * than we are has nothing now (EAGAIN), since Node makes stdin non-blocking as soon as a module looks at it.
 */
async function readSome(descriptor: number, chunk: Uint8Array): Promise<number> {
  for (;;) {
    try {
      return (await readDescriptor(descriptor, chunk, 0, CHUNK, null)).bytesRead;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      await sleep(PATIENCE);
    }
  }
}

/** @throws ArenaError('invalid_file') that says what to do about what the system says */
export async function attempt<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ArenaError('invalid_file', `${path} cannot be read.`, {
      hint: REMEDIES[code ?? ''] ?? message,
      at: { file: path },
      cause,
    });
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  EISDIR: 'It is a folder: name the files in it.',
  ENOENT: 'There is no such file here: check the path.',
  ENOTDIR: 'A part of its path is a file: check the path.',
  EACCES: 'You may not read it: ask its owner, or change its permissions.',
  ENAMETOOLONG: 'No file has so long a name: check the path.',
};
