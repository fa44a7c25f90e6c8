import { ArenaError, STYLE_COUNTS, type StyleCount } from '@agon/domain';
import { styleField, TABLE_COLUMNS } from '../readers/column-names.ts';
import { firstTwice } from '../rows/first-twice.ts';
import type { ArrowFile, ReadInto } from './arrow-file.ts';
import { type ArrowField, typeOf } from './arrow-schema.ts';
import { CodeReader } from './code-column.ts';
import { NumberReader } from './number-column.ts';

export type CodedColumn = { readonly at: number; readonly field: ArrowField; readonly reader: CodeReader };

export type ComparisonFields = {
  readonly a: CodedColumn;
  readonly b: CodedColumn;
  readonly winner: CodedColumn;
  readonly rater: CodedColumn | null;
  readonly prompt: CodedColumn | null;
  readonly counts: readonly CountField[];
};

/** One count of one side's answers. */
type CountField = {
  readonly at: number;
  readonly field: ArrowField;
  readonly reader: NumberReader;
  readonly slot: 'a' | 'b';
  readonly count: StyleCount;
};

export type ArrowColumnChoice = {
  /** Column of the file → field of the format. */
  readonly map?: Readonly<Record<string, string>>;
  readonly rater: boolean;
  readonly prompt: boolean;
  /** Counts of the answers that must be there. */
  readonly style?: readonly StyleCount[];
};

/** Columns that would change a number if they were passed over in silence. */
const NOT_READ = ['weight', 'share_a'];
/** Columns that mean something here. */
const READ: ReadonlySet<string> = new Set([
  ...['model_a', 'model_b', 'winner', 'rater', 'prompt_id', 'question_id'],
  ...STYLE_COUNTS.flatMap((count) => [styleField(count, 'a'), styleField(count, 'b')]),
]);
const WIDTHS = [8, 16, 32, 64];

/**
 * The columns of an Arrow file that make its comparisons, each checked for its type and its length.
 * @throws ArenaError unknown_format, invalid_file
 */
export function findArrowColumns(
  file: ArrowFile,
  read: ReadInto,
  wants: ArrowColumnChoice,
): ComparisonFields {
  if (file.batches.some(({ unpacked }) => unpacked !== null)) {
    throw new ArenaError('invalid_file', `${file.name} is compressed.`, {
      hint: "Written uncompressed it is read where it lies: pyarrow's write_feather with compression='uncompressed'.",
      at: { file: file.name },
    });
  }
  const nameOf = (field: ArrowField) => renamed(field.name, wants.map ?? {});
  checkNames(file, wants.map ?? {});
  const named = (name: string, isTexts: boolean): CodedColumn | null => {
    const at = file.fields.findIndex((field) => nameOf(field) === name);
    const field = file.fields[at];
    if (field === undefined) return null;
    const int = field.dictionary?.index ?? field.int;
    const fits = field.dictionary === null ? !isTexts && int?.bits !== 64 : isTextual(field);
    if (int === null || !fits || !WIDTHS.includes(int.bits)) throw wrongType(file, field, isTexts);
    const column = { at, field, reader: new CodeReader(read, int) };
    requireLength(file, column);
    return column;
  };
  const needed = (name: string, isTexts: boolean): CodedColumn => {
    const column = named(name, isTexts);
    if (column !== null) return column;
    throw new ArenaError('unknown_format', `${file.name} has no column ${name}.`, {
      hint: `Its columns: ${file.fields.map((field) => field.name).join(', ')}. Say which one is meant: --map COLUMN=${name}.`,
      at: { file: file.name, column: name },
    });
  };
  const extra = file.fields.find((field) => NOT_READ.includes(nameOf(field)));
  if (extra !== undefined) {
    throw new ArenaError('unknown_format', `Column ${extra.name} of an Arrow file is not read.`, {
      hint: 'Write the comparisons as CSV or JSONL, or leave the column out.',
      at: { file: file.name, column: extra.name },
    });
  }
  return {
    a: needed('model_a', true),
    b: needed('model_b', true),
    winner: needed('winner', false),
    rater: wants.rater ? named('rater', false) : null,
    prompt: wants.prompt ? (named('prompt_id', false) ?? named('question_id', false)) : null,
    counts: findCounts(file, read, wants.style ?? [], nameOf),
  };
}

/** Columns that no reader of comparisons knows. */
export function unknownColumns(file: ArrowFile, { map = {} }: ArrowColumnChoice): string[] {
  return file.fields
    .map((field) => renamed(field.name, map))
    .filter((name) => name !== 'question_id' && name !== 'id' && !TABLE_COLUMNS.includes(name));
}

function renamed(column: string, map: Readonly<Record<string, string>>): string {
  return Object.hasOwn(map, column) ? map[column]! : column;
}

/** As in text files: a column that `map` names must be there, and no column that is read may stand twice. */
function checkNames(file: ArrowFile, map: Readonly<Record<string, string>>): void {
  const columns = file.fields.map(({ name }) => name);
  const missing = Object.keys(map).find((column) => !columns.includes(column));
  if (missing !== undefined) {
    throw new ArenaError('unknown_option', `There is no column "${missing}".`, {
      hint: `Columns of the file: ${columns.slice(0, 50).join(', ')}.`,
      at: { column: 'map', value: missing },
    });
  }
  const names = columns.map((column) => renamed(column, map));
  const twice = firstTwice(names.filter((name) => READ.has(name)));
  if (twice === undefined) return;
  throw new ArenaError('invalid_file', `${file.name} has two columns "${twice}".`, {
    hint: 'Rename one of them: which of the two is meant cannot be known.',
    at: { file: file.name, column: twice },
  });
}

function findCounts(
  file: ArrowFile,
  read: ReadInto,
  counts: readonly StyleCount[],
  nameOf: (field: ArrowField) => string,
): CountField[] {
  const sides = counts.flatMap((count) => [{ count, slot: 'a' } as const, { count, slot: 'b' } as const]);
  const places = sides.map(({ count, slot }) =>
    file.fields.findIndex((field) => nameOf(field) === styleField(count, slot)),
  );
  const missing = sides.filter((_, k) => places[k]! < 0).map(({ count, slot }) => styleField(count, slot));
  if (missing.length > 0) {
    throw new ArenaError('unknown_format', `${file.name} has no column ${missing.join(', ')}.`, {
      hint: `These counts of the answers are needed. Its columns: ${file.fields.map((field) => field.name).join(', ')}. Say which ones are meant (--map COLUMN=${missing[0]}), or name other features (--style).`,
      at: { file: file.name, column: missing[0] },
    });
  }
  return sides.map((side, k): CountField => {
    const field = file.fields[places[k]!]!;
    const reader = NumberReader.of(read, field);
    if (reader === null) {
      throw new ArenaError(
        'invalid_file',
        `Column ${field.name} of ${file.name} is ${typeOf(field)}; it must be numbers.`,
        {
          hint: 'Whole numbers of 8 to 64 bits, or floating-point ones of 32 or 64.',
          at: { file: file.name, column: field.name },
        },
      );
    }
    const column = { ...side, at: places[k]!, field, reader };
    requireLength(file, column);
    return column;
  });
}

function requireLength(file: ArrowFile, { at, field, reader }: CodedColumn | CountField): void {
  for (const { rows, columns } of file.batches) {
    const { nulls = 0, buffers = [] } = columns[at] ?? {};
    const [validity, codes] = buffers;
    const tooShort = (codes?.length ?? 0) < reader.size(rows);
    if (!tooShort && (nulls === 0 || (validity?.length ?? 0) >= rows / 8)) continue;
    throw new ArenaError('invalid_file', `${file.name} has too few values in ${field.name}.`, {
      hint: 'The file may be cut off; write it again.',
      at: { file: file.name, column: field.name },
    });
  }
}

function wrongType(file: ArrowFile, field: ArrowField, isTexts: boolean): ArenaError {
  const wanted = isTexts
    ? 'a dictionary of texts'
    : 'a dictionary of texts, or whole numbers of 8 to 32 bits';
  return new ArenaError(
    'invalid_file',
    `Column ${field.name} of ${file.name} is ${typeOf(field)}; it must be ${wanted}.`,
    {
      hint:
        !isTexts && field.int !== null && field.dictionary === null
          ? "In pyarrow: column.cast('int32'); in pandas: astype('int32')."
          : "In pyarrow: column.dictionary_encode(); in pandas: astype('category').",
      at: { file: file.name, column: field.name },
    },
  );
}

function isTextual(field: ArrowField): boolean {
  return field.type === 'utf8' || field.type === 'large_utf8' || field.type === 'utf8_view';
}
