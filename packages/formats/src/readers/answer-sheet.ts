import { ArenaError, modelFamily } from '@agon/domain';
import type { FileHead, Format, ReadOptions } from '../format.ts';
import { parseDecimal } from '../parse-decimal.ts';
import type { RowReader } from '../row-reader.ts';
import type { RowSink } from '../row-sink.ts';
import { timeOf } from '../time-of.ts';
import { MATERIAL_COLUMNS } from './column-names.ts';
import { aboutPrompt } from './prompt-material.ts';
import { keyOfTurns } from './shown-texts.ts';

const PROMPT_COLUMNS = ['prompt', 'question', 'instruction', 'input', 'query', 'text'] as const;
const ID_COLUMNS = ['prompt_id', 'question_id', 'id', 'uid'] as const;
const ABOUT_PROMPT = ['category', 'language', ...MATERIAL_COLUMNS] as const;
/** Names that tables have for other things than models: none of them becomes a model unless the caller says so. */
const RESERVED = new RegExp(
  `^(?:${[
    '[a-z]',
    'index',
    'idx',
    'no',
    'num(?:ber)?',
    'row',
    'unnamed.*',
    '(?:.*_)?(?:id|url|link|path|file|image|date|time|timestamp|at|by|type|tag|tags|count|length|tokens|name)',
    '(?:.*_)?(?:winner|score|scores|rating|ratings|rank|ranks|ranking|label|labels|preference|choice|choices|verdict|vote|votes)',
    '(?:.*_)?(?:answer|answers|response|responses|output|outputs|completion|reference|target|gold|expected|ground_truth|solution|correct|options?)(?:_?[a-z0-9])?',
    '(?:text|passage|paragraph|context|sentence|premise|hypothesis|option|choice|turn|conversation|prompt|question|model|generator)s?(?:_?[a-z0-9])?',
    'chosen|rejected|accepted|better|worse|system(?:_prompt)?|instructions?|input|query|messages?|history',
    'notes?|comments?|remarks?|feedback|rationale|explanation|description|title|summary|metadata|meta|source|dataset|split|subset|set|version|status',
    'topic|subtopic|subject|task|domain|field|area|theme|skill|capability|difficulty|level|kind|style|tone|format|author|user|rater|voter|judge|annotator|worker|reviewer|owner|team|company|organi[sz]ation',
  ].join('|')})$`,
  'i',
);

/** Which column of a sheet is what. */
export type Sheet = {
  readonly prompt: string;
  readonly models: readonly string[];
};

/** One row a prompt, one column a model: its columns are read as `readSheet` finds them. */
export const answerSheet: Format = {
  id: 'answer-sheet',
  title: 'Answer sheet: one row a prompt, one column a model',
  // only `chooseSheet` recognises it, which looks at more than the names of columns
  requires: [],
  columns: new Set([...ID_COLUMNS, ...ABOUT_PROMPT]),
  read: () => {
    throw new Error('a sheet is read by readSheet');
  },
};

/** The format of a file that is read as this sheet. */
export function readSheet(sheet: Sheet): Format {
  return {
    ...answerSheet,
    columns: new Set([...answerSheet.columns, sheet.prompt, ...sheet.models]),
    read: (row, sink) => readSheetRow(row, sink, sheet),
  };
}

/**
 * The columns of a file that is said to be a sheet: the models that the caller names, or all columns of texts that no
 * table has for anything else.
 * @throws ArenaError('unknown_option') where a model has no column; ('unknown_format') where there is no prompt or model
 */
export function sheetFromOptions(head: FileHead, { models }: ReadOptions): Sheet {
  const columns = [...head.columns];
  const missing = models?.find((model) => !head.columns.has(model));
  if (missing !== undefined) {
    throw new ArenaError('unknown_option', `${head.name} has no column "${missing}".`, {
      hint: `Columns of the file: ${columns.slice(0, 50).join(', ')}.`,
      at: { column: 'models', value: missing },
    });
  }
  const prompt = PROMPT_COLUMNS.find((each) => head.columns.has(each) && !models?.includes(each));
  if (prompt === undefined) {
    throw new ArenaError('unknown_format', `${head.name} has no column of prompts.`, {
      hint: `Say which it is: --map COLUMN=prompt. Columns of the file: ${columns.slice(0, 50).join(', ')}.`,
      at: { file: head.name, line: 1 },
    });
  }
  const found =
    models ?? others(columns, prompt).filter((each) => !RESERVED.test(each) && hasText(head, each));
  if (found.length > 0) return { prompt, models: found };
  throw new ArenaError('unknown_format', `${head.name} has no column that is certainly a model's.`, {
    hint: `Name the models' columns: --models ${others(columns, prompt).slice(0, 2).join(',') || 'COLUMN,COLUMN'}.`,
    at: { file: head.name, line: 1 },
  });
}

/** Whether the names of the columns allow of a sheet, so that the rows are worth a look. */
export function mayBeSheet(columns: Iterable<string>): boolean {
  const all = [...columns];
  const prompt = PROMPT_COLUMNS.find((each) => all.includes(each));
  if (prompt === undefined) return false;
  const rest = others(all, prompt);
  return rest.length >= 2 && !rest.some((each) => RESERVED.test(each));
}

/**
 * The sheet that a file is without options: a prompt, what describes it, and two or more columns of
 * texts. Null where that is not certain.
 * @param rival the file would be a list of prompts, too: then the columns must have the names of models
 */
export function chooseSheet(head: FileHead, rival: Format | null): Sheet | null {
  if (!mayBeSheet(head.columns)) return null;
  const prompt = PROMPT_COLUMNS.find((each) => head.columns.has(each))!;
  const models = others([...head.columns], prompt);
  const certain = models.every((each) => hasText(head, each) && (rival === null || looksLikeModel(each)));
  return certain ? { prompt, models } : null;
}

function others(columns: readonly string[], prompt: string): string[] {
  const known: readonly string[] = [...ID_COLUMNS, ...ABOUT_PROMPT, prompt];
  return columns.filter((each) => each !== '' && !known.includes(each));
}

/** gpt-4, Mistral 7B, model-v2: a known family, or a number in the name. */
function looksLikeModel(column: string): boolean {
  return modelFamily(column) !== null || /\d/.test(column);
}

/** Some row has a text that is no number, time or truth value. */
function hasText(head: FileHead, column: string): boolean {
  return head.rows.some((row) => {
    const value = row[column];
    if (typeof value !== 'string' || value.trim() === '') return false;
    return (
      Number.isNaN(parseDecimal(value)) && Number.isNaN(timeOf(value)) && !/^(?:true|false)$/i.test(value)
    );
  });
}

function readSheetRow(row: RowReader, sink: RowSink, { prompt, models }: Sheet): void {
  const turns = row.texts(prompt);
  const id = ID_COLUMNS.find((each) => each !== prompt && row.has(each));
  const key = id === undefined ? keyOfTurns('prompt-', turns) : row.text(id);
  const about = aboutPrompt(row);
  // read before any is handed on: a row is taken as a whole or refused as a whole
  const answers = models.flatMap((model) => {
    const value = row.values[model];
    // null, and no value at all: the model was not asked. An empty cell is what it said
    if (value === undefined || value === null) return [];
    return [{ model, turns: turns.length > 1 ? row.answerTexts(model) : [row.anyText(model)] }];
  });
  sink.prompt(row, { key, turns, ...about });
  for (const answer of answers) sink.answer(row, { promptKey: key, ...answer });
}
