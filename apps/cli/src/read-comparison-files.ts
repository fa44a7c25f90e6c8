import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ArenaError } from '@agon/domain';
import { type ReadComparison, type RefusedRow, readFile } from '@agon/formats';

export type ComparisonFiles = {
  readonly comparisons: readonly ReadComparison[];
  readonly refused: readonly RefusedRow[];
};

/** Reads comparison files of any known format. @throws ArenaError unknown_format, invalid_file */
export function readComparisonFiles(
  paths: readonly string[],
  options: { readonly format?: string; readonly map?: Readonly<Record<string, string>> },
): ComparisonFiles {
  const comparisons: ReadComparison[] = [];
  const refused: RefusedRow[] = [];
  for (const path of paths) {
    const read = readFile(
      { name: basename(path), text: readText(path) },
      {
        ...(options.format === undefined ? {} : { format: options.format }),
        ...(options.map === undefined ? {} : { map: options.map }),
      },
    );
    // one row at a time: a spread of millions of rows overflows the stack
    for (const row of read.comparisons) comparisons.push(row);
    for (const row of read.refused) refused.push(row);
  }
  return { comparisons, refused };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ArenaError('invalid_file', `${path} cannot be read.`, {
      hint: cause instanceof Error ? cause.message : undefined,
      at: { file: path },
      cause,
    });
  }
}
