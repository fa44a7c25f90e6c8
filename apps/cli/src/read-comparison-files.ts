import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { ArenaError, type Ranking } from '@agon/domain';
import {
  type ColumnFilter,
  type ColumnOptions,
  ColumnSink,
  type ReadComparison,
  type ReadOptions,
  RecordSink,
  type RefusedRow,
  type RowSink,
  StreamedFile,
} from '@agon/formats';
import { isArrowFile, withArrowFile } from './open-arrow-file.ts';
import { refuseBinaryFile } from './refuse-binary-file.ts';

export type ComparisonFiles = {
  readonly comparisons: readonly ReadComparison[];
  readonly refused: readonly RefusedRow[];
};

/** Bytes that are read at a time: large enough that the calls cost nothing, small beside everything else. */
const CHUNK = 1024 * 1024;

/** Comparisons of files of any known format, row by row. @throws ArenaError unknown_format, invalid_file */
export function readComparisonFiles(paths: readonly string[], options: ReadOptions): ComparisonFiles {
  const sink = new RecordSink(1);
  for (const path of paths) readPath(path, options, sink, {}, { rater: true, prompt: true });
  const { comparisons, refused } = sink.records();
  return { comparisons, refused };
}

/** As `readComparisonFiles`, and rankings of several models beside the comparisons of two. */
export function readRankingFiles(
  paths: readonly string[],
  options: ReadOptions,
): ComparisonFiles & { readonly rankings: readonly Ranking[] } {
  const sink = new RecordSink(1, { rankings: true });
  for (const path of paths) readPath(path, options, sink, {}, { rater: true, prompt: true });
  const { comparisons, refused } = sink.records();
  return { comparisons, refused, rankings: sink.rankings() };
}

/** Comparisons of files of any known format as columns. @throws ArenaError unknown_format, invalid_file */
export function readComparisonColumns(
  paths: readonly string[],
  options: ReadOptions & ColumnOptions,
): ReturnType<ColumnSink['taken']> {
  const sink = new ColumnSink(options);
  for (const path of paths) readPath(path, options, sink, options, options);
  return sink.taken();
}

function readPath(
  path: string,
  options: ReadOptions,
  sink: RowSink,
  filter: ColumnFilter,
  { rater, prompt, style }: Pick<ColumnOptions, 'rater' | 'prompt' | 'style'>,
): void {
  if (!isArrowFile(path)) {
    streamFile(path, options, sink);
    return;
  }
  const wants = {
    rater,
    prompt,
    ...(style === undefined ? {} : { style }),
    ...(options.map === undefined ? {} : { map: options.map }),
  };
  withArrowFile(path, wants, (comparisons) => comparisons.readInto(sink, filter));
}

function streamFile(path: string, options: ReadOptions, sink: RowSink): void {
  const isPiped = path === STDIN;
  const name = isPiped ? 'stdin' : basename(path);
  const file = new StreamedFile(name, options, sink);
  const chunk = new Uint8Array(CHUNK);
  const descriptor = isPiped ? 0 : attempt(path, () => openSync(path, 'r'));
  try {
    for (let isFirst = true; ; isFirst = false) {
      const size = attempt(path, () => readSome(descriptor, chunk));
      if (size === 0) break;
      const read = chunk.subarray(0, size);
      if (isFirst) refuseBinaryFile(name, read);
      file.push(read);
    }
    file.end();
  } finally {
    if (!isPiped) closeSync(descriptor);
  }
}

/** The path that stands for what is piped in, as other commands have it. */
const STDIN = '-';

/** Windows ends a pipe with an error instead of 0 bytes. */
function readSome(descriptor: number, chunk: Uint8Array): number {
  try {
    return readSync(descriptor, chunk, 0, CHUNK, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EOF') return 0;
    throw error;
  }
}

function attempt<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    const isFolder = (cause as NodeJS.ErrnoException).code === 'EISDIR';
    throw new ArenaError('invalid_file', `${path} cannot be read.`, {
      hint: isFolder
        ? 'It is a folder: name the files in it.'
        : cause instanceof Error
          ? cause.message
          : undefined,
      at: { file: path },
      cause,
    });
  }
}
