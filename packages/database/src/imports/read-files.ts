import { open, stat } from 'node:fs/promises';
import type { ImportSource, ImportWatch } from '@agon/arena';
import { type RowSink, StreamedFile } from '@agon/formats';
import type { FileSummary, ReadSource } from './run-import.ts';

const CHUNK = 1024 * 1024;

/** Reads files on disk into an import's sink, one after another. @throws ArenaError unknown_format, invalid_file, unknown_option */
export function readFiles(files: readonly ImportSource[], { onProgress, signal }: ImportWatch): ReadSource {
  return async (sink, flush) => {
    const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let before = 0;
    const summaries: FileSummary[] = [];
    for (const [i, { path, sha256: _, ...options }] of files.entries()) {
      sink.startFile(options.scale ?? 1);
      const summary = await readOne(path, options, sink, async (bytes) => {
        signal?.throwIfAborted();
        onProgress?.({ stage: 'reading', done: before + Math.min(bytes, sizes[i]!), total });
        await flush();
      });
      summaries.push(summary);
      before += sizes[i]!;
    }
    return summaries;
  };
}

export async function readOne(
  path: string,
  options: Omit<ImportSource, 'path' | 'sha256'>,
  sink: RowSink,
  onBytes: (bytes: number) => Promise<void>,
): Promise<FileSummary> {
  const file = new StreamedFile(options.name, options, sink);
  const handle = await open(path);
  try {
    const chunk = new Uint8Array(CHUNK);
    for (let done = 0; ; ) {
      const { bytesRead } = await handle.read(chunk, 0, CHUNK);
      if (bytesRead === 0) break;
      file.push(chunk.subarray(0, bytesRead));
      done += bytesRead;
      await onBytes(done);
    }
  } finally {
    await handle.close();
  }
  const { format, rowsRead } = file.end();
  return { name: options.name, format, rows: rowsRead, unused: [], models: [], labels: [] };
}
