import { ArenaError } from '@agon/domain';
import { firstTwice } from '../rows/first-twice.ts';
import type { SourceRow } from '../rows/source-row.ts';
import type { ArrowFile, ReadInto } from './arrow-file.ts';
import { ArrowValues } from './arrow-values.ts';

/** Rows that are read at a time: a multiple of 8, so that bits of validity start with a byte. */
const CHUNK_ROWS = 4096;

/**
 * The rows of an Arrow file as a JSON file would have them, with every column, some thousand at a time. Slower than
 * `ArrowComparisons`, for every format, and for every type but unions, intervals and run-end encoding.
 * @throws ArenaError('invalid_file')
 */
export function* readArrowRows(file: ArrowFile, read: ReadInto): Generator<readonly SourceRow[]> {
  const names = file.fields.map(({ name }) => name);
  const twice = firstTwice(names);
  if (twice !== undefined) {
    throw new ArenaError('invalid_file', `${file.name} has two columns "${twice}".`, {
      hint: 'Rename one of them: which of the two is meant cannot be known.',
      at: { file: file.name, column: twice },
    });
  }
  let line = 1;
  for (const batch of file.batches) {
    const values = new ArrowValues(file.name, read, batch.dictionaries);
    for (let from = 0; from < batch.rows; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, batch.rows - from);
      const columns = file.fields.map((field, at) => values.values(field, batch.columns[at]!, from, count));
      const rows: SourceRow[] = new Array(count);
      for (let row = 0; row < count; row += 1) {
        const cells = Object.create(null) as Record<string, unknown>;
        for (let at = 0; at < names.length; at += 1) cells[names[at]!] = columns[at]![row];
        rows[row] = { line, values: cells };
        line += 1;
      }
      yield rows;
    }
  }
}
