import { ArenaError, OUTCOMES, type Outcome } from '@agon/domain';
import { firstTwice } from '../rows/first-twice.ts';
import type { SourceRow } from '../rows/source-row.ts';
import type { ArrowFile, ReadInto } from './arrow-file.ts';
import { ArrowValues } from './arrow-values.ts';

/** Rows that are read at a time: a multiple of 8, so that bits of validity start with a byte. */
const CHUNK_ROWS = 4096;

/** Names that every reader of comparisons knows. */
const LABELS: Readonly<Record<Outcome, string>> = {
  a: 'model_a',
  b: 'model_b',
  tie: 'tie',
  both_bad: 'both_bad',
};

/**
 * The rows of an Arrow file as a JSON file would have them, with every column, some thousand at a time. Slower than
 * `ArrowComparisons`, for every format, and for every type but unions, intervals and run-end encoding.
 * @param coded columns of whole numbers that are outcomes by their codes, as `ArrowComparisons` reads `winner`
 * @throws ArenaError('invalid_file')
 */
export function* readArrowRows(
  file: ArrowFile,
  read: ReadInto,
  coded: ReadonlySet<string>,
): Generator<readonly SourceRow[]> {
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
    const values = new ArrowValues(file.name, read, batch);
    for (let from = 0; from < batch.rows; from += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, batch.rows - from);
      const columns = file.fields.map((field, at) => {
        const column = values.values(field, batch.columns[at]!, from, count);
        return coded.has(field.name) && field.type === 'int' && field.dictionary === null
          ? column.map(labelOf)
          : column;
      });
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

/** A code that is none stays as it is, to be refused. */
function labelOf(code: unknown): unknown {
  const outcome = typeof code === 'number' ? OUTCOMES[code] : undefined;
  return outcome === undefined ? code : LABELS[outcome];
}
