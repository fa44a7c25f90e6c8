import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ArenaError } from '@agon/domain';
import type { SourceRow } from '@agon/formats';
import {
  ArrowComparisons,
  type ArrowFile,
  type ArrowWants,
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

/** Hands the comparisons of an Arrow file to `work`, which reads them where they are, and closes the file after it. */
export function withArrowFile<Result>(
  path: string,
  wants: ArrowWants,
  work: (comparisons: ArrowComparisons) => Result,
): Result {
  const { file, read, close } = open(path, basename(path));
  try {
    return work(new ArrowComparisons(file, read, wants));
  } finally {
    close();
  }
}

/** Hands the rows of an Arrow file to `take`, some thousand at a time, with all their columns. @returns the columns' names */
export async function readArrowFile(
  path: string,
  name: string,
  take: (rows: readonly SourceRow[], total: number) => Promise<void> | undefined,
): Promise<readonly string[]> {
  const { file, read, close } = open(path, name);
  try {
    for (const rows of readArrowRows(file, read)) {
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
    return { file: openArrow(name, fstatSync(descriptor).size, read), read, close };
  } catch (error) {
    close();
    throw error;
  }
}

function cutOff(path: string): ArenaError {
  return new ArenaError('invalid_file', `${path} became shorter while it was read.`, { at: { file: path } });
}
