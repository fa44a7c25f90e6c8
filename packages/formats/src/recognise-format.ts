import { ArenaError } from '@agon/domain';
import type { FileHead, Format, ReadOptions } from './format.ts';
import { FORMATS } from './formats.ts';
import { WINNERS } from './labels/winner-labels.ts';
import { answerSheet, chooseSheet, readSheet, type Sheet, sheetFromOptions } from './readers/answer-sheet.ts';

/** The format of a file, and the columns of models where it is a sheet. */
export type Recognised = { readonly format: Format; readonly models?: readonly string[] };

/**
 * The format that the caller names, or the one that fits a file and reads most of its columns.
 * @throws ArenaError('unknown_format') where none fits; ('unknown_option') for models that are no columns
 */
export function recogniseFormat(head: FileHead, options: ReadOptions): Recognised {
  const id = options.format ?? (options.models === undefined ? undefined : answerSheet.id);
  if (id === answerSheet.id) return asSheet(sheetFromOptions(head, options));
  if (id !== undefined) return { format: formatById(id, head.name) };
  const format = fittingFormat(head, options);
  if (format === null || isOfPrompts(format)) {
    const sheet = chooseSheet(head, format);
    if (sheet !== null) return asSheet(sheet);
  }
  if (format !== null) return { format };
  throw new ArenaError(
    'unknown_format',
    `${head.name} is in no format that is known here. Its columns: ${[...head.columns].slice(0, 20).join(', ')}.`,
    { hint: hintFor(head), at: { file: head.name, line: 1 } },
  );
}

/** The format that fits by its columns; null where none does. */
export function fittingFormat(head: FileHead, options: ReadOptions): Format | null {
  let best: Format | null = null;
  let most = 0;
  for (const format of FORMATS) {
    if (!fits(format, head, options)) continue;
    const read = [...head.columns].filter((column) => readsColumn(format, column)).length;
    if (read > most) [best, most] = [format, read];
  }
  return best;
}

export function readsColumn({ columns, numbered }: Format, column: string): boolean {
  return columns.has(column) || (numbered?.test(column) ?? false);
}

/** A list of prompts says nothing of models, so that columns with their answers may stand beside it. */
export function isOfPrompts({ id }: Format): boolean {
  return id === 'prompts';
}

function fits({ requires, unless, fits: more }: Format, head: FileHead, options: ReadOptions): boolean {
  const { columns } = head;
  if (!requires.some((set) => set.every((column) => columns.has(column)))) return false;
  if (unless !== undefined && [...columns].some((column) => unless.test(column))) return false;
  return more?.(head, options) ?? true;
}

function asSheet(sheet: Sheet): Recognised {
  return { format: readSheet(sheet), models: sheet.models };
}

/** @throws ArenaError('unknown_format') */
export function formatById(id: string, file: string): Format {
  const found = FORMATS.find((format) => format.id === id);
  if (found !== undefined) return found;
  throw new ArenaError('unknown_format', `There is no format "${id}".`, {
    hint: `Known formats: ${FORMATS.map((format) => format.id).join(', ')}.`,
    at: { file, column: 'format', value: id },
  });
}

const GENERAL_HINT = 'Name its format (--format), or say what its columns mean (--map left=model_a …).';

/** What to say of a file that is nearly one of comparisons: which column may be its outcome. */
function hintFor(head: FileHead): string {
  const { columns, rows } = head;
  if (!columns.has('model_a') || !columns.has('model_b')) return GENERAL_HINT;
  if (columns.has('preference'))
    return 'Say what preference runs from and to, from model_a to model_b: --preference 0..1; or that it is a label: --map preference=winner.';
  for (const column of columns) {
    const values = [...new Set(rows.map((row) => row[column]))].filter((value) => typeof value === 'string');
    const said = values.filter((value) => value !== '').map((value) => WINNERS[value.trim()]);
    if (said.includes('a') && said.includes('b') && !said.includes(undefined))
      return `It has no column winner. Its column ${column} holds ${values.join(', ')}: if that is who won, say --map ${column}=winner.`;
  }
  return 'It has model_a and model_b, and no column winner: name the one that is (--map COLUMN=winner), and what its values mean (--label VALUE=a …).';
}
