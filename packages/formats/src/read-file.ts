import { ArenaError } from '@agon/domain';
import type { ReadOptions } from './format.ts';
import type { ReadFile } from './record.ts';
import { RecordSink } from './record-sink.ts';
import { StreamedFile } from './streamed-file.ts';

export type SourceFile = { readonly name: string; readonly text: string };

/**
 * Reads a file of any known format. Every row is accounted for: taken, or refused with line, column, value and reason.
 * @throws ArenaError unknown_format, invalid_file
 */
export function readFile(file: SourceFile, options: ReadOptions = {}): ReadFile {
  const sink = new RecordSink(options.scale ?? 1);
  const streamed = new StreamedFile(file.name, options, sink);
  streamed.push(new TextEncoder().encode(file.text));
  const { format, rowsRead, unused } = streamed.end();
  return { format, ...sink.records(), rowsRead, unused };
}

/** Id of the format that a file has, or null where none is known. @throws ArenaError('invalid_file') */
export function detectFormat(file: SourceFile): string | null {
  try {
    return readFile(file).format;
  } catch (error) {
    if (error instanceof ArenaError && error.code === 'unknown_format') return null;
    throw error;
  }
}
