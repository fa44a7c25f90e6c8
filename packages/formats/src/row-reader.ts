import { type BySlot, shownValue } from '@agon/domain';
import { type LabelMeaning, type OwnLabels, ownMeaning } from './labels/label-meaning.ts';
import type { LabelTally } from './labels/label-tally.ts';
import { WINNERS } from './labels/winner-labels.ts';
import { parseDecimal } from './parse-decimal.ts';
import { parseCell } from './rows/parse-json.ts';

export type PreferenceRange = { readonly low: number; readonly high: number };

/** Characters of a list or an object, which may have any size, that a fault tells. */
const LONGEST_SHOWN = 200;

/** Why one row is not taken. */
export class RowFault extends Error {
  readonly column: string | null;
  readonly value: string | null;

  constructor(reason: string, column: string | null = null, value: unknown = null) {
    super(reason);
    this.column = column;
    this.value =
      value === null || value === undefined
        ? null
        : typeof value === 'object'
          ? shownValue(value, LONGEST_SHOWN)
          : String(value);
  }
}

/** A row with a label that the caller leaves out: no fault. */
export class SkippedRow extends Error {
  /** The same one each time: a stack for each of a million rows is dear. */
  static readonly ONE: SkippedRow = new SkippedRow('skipped');
}

/** What the caller says of all rows of a file. */
export type RowTerms = {
  readonly labels: OwnLabels;
  readonly preference: PreferenceRange | null;
  /** Counts the labels; null: nobody asks. */
  readonly tally: LabelTally | null;
};

const NO_TERMS: RowTerms = { labels: {}, preference: null, tally: null };

/** One row's values by column, read strictly: what is not there or not of the kind is a `RowFault`. */
export class RowReader {
  readonly file: string;
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly terms: RowTerms;

  constructor(
    file: string,
    line: number,
    values: Readonly<Record<string, unknown>>,
    terms: RowTerms = NO_TERMS,
  ) {
    this.file = file;
    this.line = line;
    this.values = values;
    this.terms = terms;
  }

  has(column: string): boolean {
    const value = this.values[column];
    return value !== undefined && value !== null && value !== '';
  }

  /** A text that is not empty. Numbers are fine: ids often are. */
  text(column: string): string {
    const value = this.values[column];
    if (Number.isFinite(value) || typeof value === 'boolean') return String(value);
    if (typeof value !== 'string')
      throw new RowFault(value === undefined || value === null ? 'missing' : 'not a text', column, value);
    if (value.trim() === '') throw new RowFault('empty', column, value);
    return value;
  }

  /** A text that may be empty but must be there: an answer can be. */
  anyText(column: string): string {
    const value = this.values[column];
    // JSON files hold answers such as true and 42 as themselves
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return value;
    throw new RowFault(value === undefined || value === null ? 'missing' : 'not a text', column, value);
  }

  optionalText(column: string): string | undefined {
    return this.has(column) ? this.text(column) : undefined;
  }

  number(column: string): number {
    const value = this.values[column];
    const number =
      typeof value === 'number' ? value : typeof value === 'string' ? parseDecimal(value) : Number.NaN;
    if (!Number.isFinite(number))
      throw new RowFault(this.has(column) ? 'not a number' : 'missing', column, value);
    return number;
  }

  optionalNumber(column: string): number | undefined {
    return this.has(column) ? this.number(column) : undefined;
  }

  wholeNumber(column: string, least: number): number {
    const number = this.number(column);
    if (!Number.isInteger(number) || number < least)
      throw new RowFault(`not a whole number from ${least}`, column, this.values[column]);
    return number;
  }

  /** True or false in the ways of JSON, Python and tables; undefined where the row does not say. */
  flag(column: string): boolean | undefined {
    const value = this.values[column];
    const flag = flagOf(value);
    if (flag === null) throw new RowFault('neither true nor false', column, value);
    return flag;
  }

  /** A list, or a cell that holds one as JSON or as Python prints it. */
  list(column: string): readonly unknown[] {
    const value = this.values[column];
    const list = typeof value === 'string' ? parseCell(value) : value;
    if (Array.isArray(list)) return list;
    throw new RowFault(value === undefined || value === null ? 'missing' : 'not a list', column, value);
  }

  /** A list of texts, of which null is an empty one; a cell that holds such a list; or one text alone. */
  texts(column: string): string[] {
    return this.#textList(column) ?? [this.text(column)];
  }

  /** As `texts`, for answers: one may be blank, but must be there. */
  answerTexts(column: string): string[] {
    return this.#textList(column) ?? [this.anyText(column)];
  }

  /** A text with something in it that is no list of texts. */
  isPlainText(column: string): boolean {
    const value = this.values[column];
    return typeof value === 'string' && value.trim() !== '' && this.#textList(column) === null;
  }

  #textList(column: string): string[] | null {
    const value = this.values[column];
    const list = typeof value === 'string' ? parseCell(value) : value;
    if (!Array.isArray(list)) return null;
    if (typeof value === 'string' && !list.every((item) => item === null || typeof item === 'string'))
      // a text that only looks like a list, such as code
      return null;
    return list.map((item: unknown) => {
      if (typeof item === 'string') return item;
      if (item === null) return '';
      throw new RowFault('not a list of texts', column, value);
    });
  }

  /** One of a closed list of labels, never guessed. */
  label<Meaning>(column: string, labels: Readonly<Record<string, Meaning>>): Meaning {
    const text = this.text(column).trim();
    if (Object.hasOwn(labels, text)) return labels[text]!;
    throw new RowFault(`unknown label; known are ${Object.keys(labels).join(', ')}`, column, text);
  }

  /** What the caller says that a value means; undefined where the caller says nothing of it. */
  ownLabel(column: string): LabelMeaning | undefined {
    const value = this.values[column];
    const text = simpleText(value);
    if (text === null) return undefined;
    const meaning = ownMeaning(this.terms.labels, text);
    if (meaning !== undefined) this.terms.tally?.count(text, meaning === 'skip' ? 'skip' : meaning.outcome);
    return meaning;
  }

  /**
   * What the label of an outcome means: the caller's own word for it, one that the field knows, or the name of one of
   * the row's two models.
   */
  outcome(
    column: string,
    models: BySlot<string> | null,
    known: Readonly<Record<string, LabelMeaning>> = KNOWN,
  ): LabelMeaning {
    const own = this.ownLabel(column);
    if (own !== undefined) return own;
    if (simpleText(this.values[column]) === '') this.terms.tally?.count('', null);
    const text = this.text(column).trim();
    const meaning = Object.hasOwn(known, text) ? known[text] : undefined;
    const named = models === null ? null : slotOfName(text, models);
    if (meaning !== undefined) {
      if (named !== null && (meaning === 'skip' || meaning.outcome !== named)) {
        this.terms.tally?.count(text, null);
        throw new RowFault(`${AMBIGUOUS}; ${SAY_SO}`, column, text);
      }
      this.terms.tally?.count(text, meaning === 'skip' ? 'skip' : meaning.outcome);
      return meaning;
    }
    this.terms.tally?.count(text, named === null ? null : 'name');
    if (named === 'a') return A_WINS;
    if (named === 'b') return B_WINS;
    const labels = known === KNOWN ? COMMON_LABELS : Object.keys(known).join(', ');
    throw new RowFault(`unknown label; known are ${labels}; ${SAY_SO}`, column, text);
  }
}

const A_WINS: LabelMeaning = { outcome: 'a', strength: 1 };
const B_WINS: LabelMeaning = { outcome: 'b', strength: 1 };
const KNOWN: Readonly<Record<string, LabelMeaning>> = Object.fromEntries(
  Object.entries(WINNERS).map(([label, outcome]) => [label, { outcome, strength: 1 }]),
);
const COMMON_LABELS = 'model_a, model_b, tie, both_bad, their usual spellings, and the names of the models';
const AMBIGUOUS = 'a label for one slot that is the name of the model in the other';
const SAY_SO = 'say what it means with --label';

/** The slot of the model of this name; null where it is neither, or both. */
function slotOfName(name: string, models: BySlot<string>): 'a' | 'b' | null {
  const [isA, isB] = [models.a.trim() === name, models.b.trim() === name];
  if (isA === isB) return null;
  return isA ? 'a' : 'b';
}

/** Undefined for no value, null for a value that is neither true nor false. */
export function flagOf(value: unknown): boolean | null | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'boolean') return value;
  const text = simpleText(value);
  if (text === null) return null;
  if (/^(?:true|1(?:\.0+)?)$/i.test(text)) return true;
  return /^(?:false|0(?:\.0+)?)$/i.test(text) ? false : null;
}

/** A value as a cell has it, no value as an empty one; null for a list or an object. */
export function simpleText(value: unknown): string | null {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? null : String(value).trim();
}
