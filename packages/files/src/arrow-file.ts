import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { ArenaError } from '@agon/domain';
import type { SourceRow } from '@agon/formats';
import {
  type ArrowColumnChoice,
  ArrowComparisons,
  type ArrowFile,
  isArrow,
  openArrow,
  type ReadInto,
  readArrowRows,
} from '@agon/formats/arrow';

/**
 * Whether a file starts as Arrow files do; false where it cannot be read at all. What is no file is not opened: a named
 * pipe that is closed again has lost its writer.
 */
export function isArrowFile(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const descriptor = openSync(path, 'r');
    try {
      const start = new Uint8Array(6);
      return readSync(descriptor, start, 0, start.length, 0) === start.length && isArrow(start);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

/** Columns that change what a comparison counts, or whether it does: a file with one is read row by row. */
const ONLY_BY_ROWS = new Set([
  'weight',
  'share_a',
  'source',
  'judge',
  'voter',
  'anony',
  'dedup_tag',
  'undone',
  'excluded',
]);
/** From these the counts of the answers can be taken where the file has no columns of them. */
const TEXTS = new Set(['conversation_a', 'response_a', 'answer_a', 'conv_metadata']);

/**
 * Hands the comparisons of an Arrow file to `work`, which reads them where they are, many at a time.
 * @param byRows further columns that `work` would pass over, and must not
 * @returns null where the file is to be read row by row: its columns are of other types, or of another format
 * @throws ArenaError invalid_file, unknown_option; unknown_format where counts that are wanted are not there
 */
export function withArrowFile<Result>(
  path: string,
  wants: ArrowColumnChoice,
  byRows: readonly string[],
  work: (comparisons: ArrowComparisons) => Result,
): Result | null {
  const { file, read, close } = open(path, basename(path));
  try {
    const { map = {} } = wants;
    const names = file.fields.map(({ name }) => (Object.hasOwn(map, name) ? map[name]! : name));
    if (names.some((name) => ONLY_BY_ROWS.has(name) || byRows.includes(name))) return null;
    const comparisons = comparisonsOf(file, read, wants, names);
    return comparisons?.knowsLabels === true ? work(comparisons) : null;
  } finally {
    close();
  }
}

function comparisonsOf(
  file: ArrowFile,
  read: ReadInto,
  wants: ArrowColumnChoice,
  names: readonly string[],
): ArrowComparisons | null {
  try {
    return new ArrowComparisons(file, read, wants);
  } catch (error) {
    if (!(error instanceof ArenaError) || error.code === 'unknown_option') throw error;
    const { style: _, ...others } = wants;
    const lacksCounts = wants.style !== undefined && comparisonsOf(file, read, others, names) !== null;
    if (lacksCounts && !names.some((name) => TEXTS.has(name))) throw error;
    return null;
  }
}

/**
 * Hands the rows of an Arrow file to `take`, some thousand at a time, with all their columns.
 * @param coded columns that are outcomes by their codes where they are whole numbers
 * @returns the columns' names
 */
export async function readArrowFile(
  path: string,
  name: string,
  coded: ReadonlySet<string>,
  take: (rows: readonly SourceRow[], total: number) => Promise<void> | undefined,
): Promise<readonly string[]> {
  const { file, read, close } = open(path, name);
  try {
    for (const rows of readArrowRows(file, read, coded)) {
      await take(rows, file.rows);
      // whoever waits for this thread comes between
      await new Promise(setImmediate);
    }
    return file.fields.map((field) => field.name);
  } finally {
    close();
  }
}

function open(
  path: string,
  name: string,
): { readonly file: ArrowFile; readonly read: ReadInto; readonly close: () => void } {
  const descriptor = openSync(path, 'r');
  const close = (): void => closeSync(descriptor);
  try {
    const read: ReadInto = (target, offset) => {
      for (let done = 0; done < target.length; ) {
        const size = readSync(descriptor, target, done, target.length - done, offset + done);
        if (size === 0) throw cutOff(path);
        done += size;
      }
    };
    return { file: openArrow(name, fstatSync(descriptor).size, read, unzstd), read, close };
  } catch (error) {
    close();
    throw error;
  }
}

function unzstd(bytes: Uint8Array, size: number): Uint8Array {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw new RangeError((cause as Error).message, { cause });
  }
}

function cutOff(path: string): ArenaError {
  return new ArenaError('invalid_file', `${path} became shorter while it was read.`, { at: { file: path } });
}
