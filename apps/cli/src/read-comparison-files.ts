import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { ArenaError, type Ranking, type RatingWarning } from '@agon/domain';
import {
  type ColumnFilter,
  type ColumnOptions,
  ColumnSink,
  formatById,
  type ReadComparison,
  type ReadOptions,
  RecordSink,
  type RefusedRow,
  type RowSink,
  StreamedFile,
  type VotePolicy,
} from '@agon/formats';
import { isArrowFile, withArrowFile } from './open-arrow-file.ts';
import { refuseBinaryFile } from './refuse-binary-file.ts';

/** What was read of one file. */
export type FileRead = {
  readonly path: string;
  readonly format: string;
  readonly rows: number;
  /** Columns that its format does not use. */
  readonly unused: readonly string[];
};

export type ComparisonFiles = {
  readonly comparisons: readonly ReadComparison[];
  readonly refused: readonly RefusedRow[];
  readonly files: readonly FileRead[];
  /** Comparisons left out for no fault, by reason. */
  readonly leftOutByReason: ReadonlyMap<string, number>;
};

type Reading = ReadOptions & { readonly policy?: VotePolicy };

/** Bytes that are read at a time: large enough that the calls cost nothing, small beside everything else. */
const CHUNK = 1024 * 1024;

/** Comparisons of files of any known format, row by row. @throws ArenaError unknown_format, invalid_file */
export function readComparisonFiles(paths: readonly string[], options: Reading): ComparisonFiles {
  const sink = new RecordSink(1, { texts: false, ...policyOf(options) });
  const files = readPaths(paths, options, sink, {}, { rater: true, prompt: true });
  const { comparisons, refused } = sink.records();
  return { comparisons, refused, files, leftOutByReason: sink.leftOut() };
}

/** As `readComparisonFiles`, and rankings of several models beside the comparisons of two. */
export function readRankingFiles(
  paths: readonly string[],
  options: Reading,
): ComparisonFiles & { readonly rankings: readonly Ranking[] } {
  const sink = new RecordSink(1, { rankings: true, texts: false, ...policyOf(options) });
  const files = readPaths(paths, options, sink, {}, { rater: true, prompt: true });
  const { comparisons, refused } = sink.records();
  return { comparisons, refused, files, leftOutByReason: sink.leftOut(), rankings: sink.rankings() };
}

function policyOf({ policy }: Reading): { policy?: VotePolicy } {
  return policy === undefined ? {} : { policy };
}

/** Comparisons of files of any known format as columns. @throws ArenaError unknown_format, invalid_file */
export function readComparisonColumns(
  paths: readonly string[],
  options: ReadOptions & ColumnOptions,
): ReturnType<ColumnSink['taken']> & Pick<ComparisonFiles, 'files'> {
  const sink = new ColumnSink(options);
  const files = readPaths(paths, options, sink, options, options);
  return { ...sink.taken(), files };
}

/** A warning where a file was given more than once, by whatever name: no mistake is easier to make, or harder to see. */
export function twiceWarning(paths: readonly string[]): RatingWarning[] {
  const twice = filesGivenTwice(paths);
  if (twice.length === 0) return [];
  const names = twice.map((path) => basename(path)).join(', ');
  return [
    { code: 'file_twice', message: `Given more than once, so that each row counts as often: ${names}.` },
  ];
}

function filesGivenTwice(paths: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const path of paths) {
    const real = path === STDIN ? path : realpathSync(path);
    if (seen.has(real)) twice.add(path);
    seen.add(real);
  }
  return [...twice];
}

function readPaths(
  paths: readonly string[],
  options: ReadOptions,
  sink: RowSink,
  filter: ColumnFilter,
  wants: Pick<ColumnOptions, 'rater' | 'prompt' | 'style'>,
): FileRead[] {
  if (paths.filter((path) => path === STDIN).length > 1) {
    throw new ArenaError('unknown_option', 'stdin (-) can be read once only.', {
      hint: 'Name it once, or write what is piped in to files.',
      at: { file: STDIN },
    });
  }
  return paths.map((path) => readPath(path, options, sink, filter, wants));
}

function readPath(
  path: string,
  options: ReadOptions,
  sink: RowSink,
  filter: ColumnFilter,
  { rater, prompt, style }: Pick<ColumnOptions, 'rater' | 'prompt' | 'style'>,
): FileRead {
  if (!isArrowFile(path)) return streamFile(path, options, sink);
  if (options.format !== undefined) formatById(options.format, basename(path));
  const wants = {
    rater,
    prompt,
    ...(style === undefined ? {} : { style }),
    ...(options.map === undefined ? {} : { map: options.map }),
  };
  const rows = withArrowFile(path, wants, (comparisons) => {
    comparisons.readInto(sink, filter);
    return comparisons.rows;
  });
  return { path, format: 'Arrow', rows, unused: [] };
}

function streamFile(path: string, options: ReadOptions, sink: RowSink): FileRead {
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
    const { format, rowsRead, unused } = file.end();
    return { path: name, format, rows: rowsRead, unused };
  } finally {
    if (!isPiped) closeSync(descriptor);
  }
}

/** The path that stands for what is piped in, as other commands have it. */
const STDIN = '-';

/** How long to wait before a pipe that has nothing yet is asked again, ms. */
const PATIENCE = 5;
const WAITING = new Int32Array(new SharedArrayBuffer(4));

/**
 * The next bytes, 0 at the end. Windows ends a pipe with an error instead of 0 bytes; and a pipe whose writer is slower
 * than we are has nothing now (EAGAIN), since Node makes stdin non-blocking as soon as a module looks at it.
 */
function readSome(descriptor: number, chunk: Uint8Array): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk, 0, CHUNK, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(WAITING, 0, 0, PATIENCE);
    }
  }
}

function attempt<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ArenaError('invalid_file', `${path} cannot be read.`, {
      hint: REMEDIES[code ?? ''] ?? message,
      at: { file: path },
      cause,
    });
  }
}

/** What to do about what the system says. */
const REMEDIES: Readonly<Record<string, string>> = {
  EISDIR: 'It is a folder: name the files in it.',
  ENOENT: 'There is no such file here: check the path.',
  ENOTDIR: 'A part of its path is a file: check the path.',
  EACCES: 'You may not read it: ask its owner, or change its permissions.',
  ENAMETOOLONG: 'No file has so long a name: check the path.',
};
