import type { FileInspection, FormatJson, ImportForm } from '@agon/contract';
import { type LabelChoices, spellLabel } from './label-choice.ts';
import { mapToSend, nameInFile, suggestFormat, suggestMap, suggestModels } from './suggest-map.ts';

/** Answers of one prompt in a row, of one model in a column. */
export const SHEET = 'answer-sheet';

type Fields = FormatJson['fields'];

/** What is said about one file. */
export type FileChoice = Omit<FileInspection, 'unused' | 'models'> & {
  /** Columns that nothing is read from; null: not known before the files are checked. */
  readonly unused: readonly string[] | null;
  /** Id of the format to read it as; empty: as it was recognised. */
  readonly readAs: string;
  /** Column → field; a column without a meaning is left out. Null: columns are used under their own names. */
  readonly map: Readonly<Record<string, string>> | null;
  /** A sheet: columns that are models. */
  readonly models: readonly string[];
  /** What the file's own labels mean. */
  readonly means: LabelChoices;
  /** Ends of a preference on a scale, as typed: where slot a is better, where slot b is. */
  readonly ends: { readonly a: string; readonly b: string };
  /** Scores in per cent. */
  readonly perCent: boolean;
};

/** Fields that stand in for a needed one: prompts may be in the campaign already, an outcome may be several columns. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  prompt: ['prompt_id'],
  winner: ['winner_model_a', 'preference', 'share_a'],
};
/** Fields whose column the labels come from. */
const OUTCOME_FIELDS = ['winner', 'preference'];

/** A file as it was recognised. One that was not gets the format and the meanings that are likely. */
export function choiceOf(found: FileInspection, formats: readonly FormatJson[]): FileChoice {
  const readAs = found.format === null ? (suggestFormat(found, formats) ?? '') : '';
  return {
    ...found,
    unused: found.format === null ? null : found.unused,
    means: {},
    ends: { a: '', b: '' },
    perCent: false,
    readAs,
    ...meaningsFor(readAs || (found.format ?? ''), found, formats, found.models, readAs !== ''),
  };
}

/** The file read as another format: other fields, so columns are guessed anew. */
export function readAs(
  choice: FileChoice,
  format: string,
  formats: readonly FormatJson[],
): Partial<FileChoice> {
  const isGuess = format !== '';
  return {
    readAs: format,
    unused: null,
    labels: [],
    means: {},
    ...meaningsFor(format || (choice.format ?? ''), choice, formats, [], isGuess),
  };
}

function meaningsFor(
  format: string,
  table: Pick<FileInspection, 'columns' | 'rows'>,
  formats: readonly FormatJson[],
  models: readonly string[],
  isGuess: boolean,
): Pick<FileChoice, 'map' | 'models'> {
  const fields = formats.find((each) => each.id === format)?.fields ?? [];
  const isSheet = format === SHEET;
  const map = fields.length > 0 && (isGuess || isSheet) ? suggestMap(table, fields) : null;
  if (!isSheet) return { map, models: [] };
  return { map, models: models.length > 0 ? models : suggestModels(table, map ?? {}) };
}

export function formatOf({ readAs, format }: Pick<FileChoice, 'readAs' | 'format'>): string | null {
  return readAs || format;
}

/** What each column means, those that are used under their own names among them. */
export function meanings({ map, columns }: FileChoice, fields: Fields): Readonly<Record<string, string>> {
  if (map !== null) return map;
  const named = columns.filter((column) => fields.some((field) => field.name === column));
  return Object.fromEntries(named.map((column) => [column, column]));
}

/** What is still to be said before the file can be read: fields, or `format`, `models`, `ends`. */
export function missingIn(choice: FileChoice, fields: Fields): readonly string[] {
  const format = formatOf(choice);
  // what has no columns is no table: the check says what it is instead
  if (choice.columns.length === 0) return [];
  if (format === null) return ['format'];
  const missing: string[] = [];
  const used = new Set(Object.values(meanings(choice, fields)));
  if (choice.map !== null) {
    const isThere = (name: string) => used.has(name) || (INSTEAD[name] ?? []).some((each) => used.has(each));
    // a sheet is about the texts of its prompts: an id alone does not do
    const fits = (name: string) => (format === SHEET ? used.has(name) : isThere(name));
    missing.push(...fields.filter(({ name, required }) => required && !fits(name)).map(({ name }) => name));
  }
  if (format === SHEET && choice.models.length === 0) missing.push('models');
  if (used.has('preference') && endsOf(choice) === null) missing.push('ends');
  return missing;
}

/** Both ends as numbers; null while they do not make a scale. */
export function endsOf({ ends }: Pick<FileChoice, 'ends'>): readonly [number, number] | null {
  const [a, b] = [ends.a, ends.b].map((typed) => (typed.trim() === '' ? Number.NaN : Number(typed)));
  return Number.isFinite(a) && Number.isFinite(b) && a !== b ? [a!, b!] : null;
}

/** Another map. Labels of another column are other labels, and what is not used is not known before the next check. */
export function withMap(
  choice: FileChoice,
  map: Readonly<Record<string, string>>,
  fields: Fields,
): Partial<FileChoice> {
  const outcomeIn = (each: Readonly<Record<string, string>>) =>
    Object.keys(each)
      .filter((column) => OUTCOME_FIELDS.includes(each[column]!))
      .join();
  const isSame = outcomeIn(map) === outcomeIn(meanings(choice, fields));
  const models = choice.models.filter((column) => map[column] === undefined);
  return { map, models, unused: null, ...(isSame ? {} : { labels: [], means: {} }) };
}

/** A column that is a model, or is none; a model's column has no other meaning. */
export function withModel(choice: FileChoice, column: string, isModel: boolean): Partial<FileChoice> {
  const chosen = new Set(choice.models);
  if (isModel) chosen.add(column);
  else chosen.delete(column);
  const map = Object.entries(choice.map ?? {}).filter(([key]) => !(isModel && key === column));
  return {
    models: choice.columns.filter((each) => chosen.has(each)),
    map: Object.fromEntries(map),
    unused: null,
  };
}

/** What is sent about the file. */
export function optionsOf(choice: FileChoice, fields: Fields): NonNullable<ImportForm['files']>[number] {
  const { readAs, map, columns, models, means, perCent } = choice;
  const labels = Object.entries(means).map(([value, each]) => [value, spellLabel(each)] as const);
  const sent = map === null ? {} : mapToSend(columns, map, fields);
  const ends = Object.values(meanings(choice, fields)).includes('preference') ? endsOf(choice) : null;
  return {
    ...(readAs === '' ? {} : { format: readAs }),
    ...(Object.keys(sent).length === 0 ? {} : { map: sent }),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    ...(ends === null ? {} : { preference: [...ends] as [number, number] }),
    ...(formatOf(choice) === SHEET ? { models: [...models] } : {}),
    ...(perCent ? { scale: 100 as const } : {}),
  };
}

/** What a check found out about the file. */
export function withFound(
  { unused, labels, models }: Pick<FileInspection, 'unused' | 'labels' | 'models'>,
  choice: FileChoice,
): FileChoice {
  return {
    ...choice,
    unused: unused.map(nameInFile),
    labels,
    models: models.length > 0 ? models : choice.models,
  };
}
