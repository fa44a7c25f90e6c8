import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { ArenaError, type Ranking, type RatingWarning } from '@agon/domain';
import { readTableFile, STDIN } from '@agon/files';
import { isArrowFile, withArrowFile } from '@agon/files/arrow';
import {
  type ColumnOptions,
  ColumnSink,
  type ReadComparison,
  type ReadOptions,
  RecordSink,
  type RefusedRow,
  type RowSink,
  type VotePolicy,
} from '@agon/formats';
import {
  CONVERSATION_COLUMNS,
  PROMPT_TEXT_COLUMNS,
  RATER_COLUMNS,
  TIME_COLUMNS,
} from '@agon/formats/column-names';

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

/** Comparisons of files of any known format, row by row. @throws ArenaError unknown_format, invalid_file */
export async function readComparisonFiles(
  paths: readonly string[],
  options: Reading,
): Promise<ComparisonFiles> {
  const sink = new RecordSink(1, { texts: false, ...policyOf(options) });
  const files = await readPaths(paths, options, sink, null);
  const { comparisons, refused } = sink.records();
  return { comparisons, refused, files, leftOutByReason: sink.leftOut() };
}

/** As `readComparisonFiles`, and rankings of several models beside the comparisons of two. */
export async function readRankingFiles(
  paths: readonly string[],
  options: Reading,
): Promise<ComparisonFiles & { readonly rankings: readonly Ranking[] }> {
  const sink = new RecordSink(1, { rankings: true, texts: false, ...policyOf(options) });
  const files = await readPaths(paths, options, sink, null);
  const { comparisons, refused } = sink.records();
  return { comparisons, refused, files, leftOutByReason: sink.leftOut(), rankings: sink.rankings() };
}

function policyOf({ policy }: Reading): { policy?: VotePolicy } {
  return policy === undefined ? {} : { policy };
}

/** Comparisons of files of any known format as columns. @throws ArenaError unknown_format, invalid_file */
export async function readComparisonColumns(
  paths: readonly string[],
  options: ReadOptions & ColumnOptions,
): Promise<ReturnType<ColumnSink['taken']> & Pick<ComparisonFiles, 'files'>> {
  const sink = new ColumnSink(options);
  const files = await readPaths(paths, options, sink, options);
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

async function readPaths(
  paths: readonly string[],
  options: ReadOptions,
  sink: RowSink,
  /** What is wanted as columns; null: whole rows are. */
  wants: ColumnOptions | null,
): Promise<FileRead[]> {
  if (paths.filter((path) => path === STDIN).length > 1) {
    throw new ArenaError('unknown_option', 'stdin (-) can be read once only.', {
      hint: 'Name it once, or write what is piped in to files.',
      at: { file: STDIN },
    });
  }
  const files: FileRead[] = [];
  // one after the other: codes of models are given in the order of the files
  for (const path of paths) files.push(await readPath(path, options, sink, wants));
  return files;
}

async function readPath(
  path: string,
  options: ReadOptions,
  sink: RowSink,
  wants: ColumnOptions | null,
): Promise<FileRead> {
  const quick = wants === null ? null : readArrowColumns(path, options, sink, wants);
  if (quick !== null) return { path: basename(path), format: 'Arrow', ...quick };
  const { format, rowsRead, unused } = await readTableFile(path, options, sink);
  return { path: path === STDIN ? 'stdin' : basename(path), format, rows: rowsRead, unused };
}

/** The quick way of an Arrow file of comparisons; null where it cannot be gone. */
function readArrowColumns(
  path: string,
  options: ReadOptions,
  sink: RowSink,
  { rater, prompt, style, byTime, ...filter }: ColumnOptions,
): Pick<FileRead, 'rows' | 'unused'> | null {
  const isFiltered = filter.category !== undefined || filter.language !== undefined;
  const isTold = Object.keys(options.labels ?? {}).length > 0 || options.preference !== undefined;
  if (options.format !== undefined || isFiltered || isTold || !isArrowFile(path)) return null;
  const wants = {
    rater,
    prompt,
    ...(style === undefined ? {} : { style }),
    ...(options.map === undefined ? {} : { map: options.map }),
  };
  const byRows = [
    ...(rater ? RATER_COLUMNS.filter((column) => column !== 'rater') : []),
    ...(prompt ? [...CONVERSATION_COLUMNS, ...PROMPT_TEXT_COLUMNS] : []),
    ...(byTime ? TIME_COLUMNS : []),
  ];
  return withArrowFile(path, wants, byRows, (comparisons) => {
    comparisons.readInto(sink, filter);
    return { rows: comparisons.rows, unused: comparisons.unused };
  });
}
