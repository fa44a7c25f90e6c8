import { stat } from 'node:fs/promises';
import type { ImportSource, ImportWatch } from '@agon/arena';
import { readTableFile } from '@agon/files';
import type { FileSummary, ReadSource } from './run-import.ts';

/** Reads files on disk into an import's sink, one after another. @throws ArenaError unknown_format, invalid_file, unknown_option */
export function readFiles(files: readonly ImportSource[], { onProgress, signal }: ImportWatch): ReadSource {
  return async (sink, flush) => {
    const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let before = 0;
    const summaries: FileSummary[] = [];
    for (const [i, { path, sha256: _, ...options }] of files.entries()) {
      sink.startFile(options.scale ?? 1);
      const read = await readTableFile(path, options, sink, {
        onBytes: (bytes) =>
          onProgress?.({ stage: 'reading', done: before + Math.min(bytes, sizes[i]!), total }),
        afterRows: flush,
        signal,
      });
      summaries.push(summaryOf(options.name, read));
      before += sizes[i]!;
    }
    return summaries;
  };
}

export function summaryOf(
  name: string,
  { format, rowsRead, unused, models = [], labels }: Awaited<ReturnType<typeof readTableFile>>,
): FileSummary {
  return { name, format, rows: rowsRead, unused: [...unused], models: [...models], labels: [...labels] };
}
