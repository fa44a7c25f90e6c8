import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ArenaError } from '@agon/domain';
import { ArrowComparisons, type ArrowWants, isArrow, openArrow, type ReadInto } from '@agon/formats/arrow';

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
  const descriptor = openSync(path, 'r');
  try {
    const read: ReadInto = (target, offset) => {
      for (let done = 0; done < target.length; ) {
        const size = readSync(descriptor, target, done, target.length - done, offset + done);
        if (size === 0) throw cutOff(path);
        done += size;
      }
    };
    const file = openArrow(basename(path), fstatSync(descriptor).size, read);
    return work(new ArrowComparisons(file, read, wants));
  } finally {
    closeSync(descriptor);
  }
}

function cutOff(path: string): ArenaError {
  return new ArenaError('invalid_file', `${path} became shorter while it was read.`, { at: { file: path } });
}
