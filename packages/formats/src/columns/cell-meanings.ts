import { OUTCOME_CODES } from '@agon/domain';
import { type LabelMeaning, type OwnLabels, ownMeaning } from '../labels/label-meaning.ts';
import { WINNERS } from '../labels/winner-labels.ts';
import { parseDecimal } from '../parse-decimal.ts';
import { RATER_COLUMNS, TIME_COLUMNS } from '../readers/column-names.ts';
import { isOversampled, SOURCES } from '../readers/common-fields.ts';
import { flagOf } from '../row-reader.ts';
import { ByteDictionary, IRREGULAR, UNASSIGNED } from './byte-dictionary.ts';
import type { ColumnSink } from './column-sink.ts';
import type { ComparisonPlan } from './comparison-plan.ts';

/** What is done with a column's cells; 0: nothing. */
export const [TEXT, TIME, CODE, TIMES] = [1, 2, 3, 4];
export const [PEOPLE, JUDGES] = [0, 1];
/** Meanings of a winner's label beside the codes of outcomes; from `STRONG` on, places in a list of strong outcomes. */
export const [NAMED, SKIP, STRONG] = [4, 5, 6];

/**
 * What the cells of a CSV file of comparisons mean, column by column: by the distinct texts of those that are coded, and by
 * the kind of look that the others need.
 */
export class CellMeanings {
  /** Of each column: `TEXT`, `TIME`, `CODE`, `TIMES`, or 0 where nothing is asked of its cells. */
  readonly roles: Uint8Array;
  /** Of each coded column. Columns that name the same things share one. */
  readonly dictionaries: (ByteDictionary | null)[];
  /** Numbers that cells of `weight`, `share_a` and `turn` stand for, by what their dictionaries hold. */
  readonly numbers: number[] = [];
  /** Outcomes that count otherwise than once, by a meaning less `STRONG`. */
  readonly strong: Exclude<LabelMeaning, 'skip'>[] = [];

  constructor(plan: ComparisonPlan, columns: readonly string[], sink: ColumnSink, labels: OwnLabels) {
    this.roles = new Uint8Array(columns.length);
    this.dictionaries = columns.map(() => null);
    const mayBeBlank = (names: readonly string[], meaningOf: (text: string) => number): void => {
      const dictionary = new ByteDictionary(meaningOf);
      for (const name of names) {
        const at = columns.indexOf(name);
        if (at < 0) continue;
        this.roles[at] = CODE;
        this.dictionaries[at] = dictionary;
      }
    };
    const code = (names: readonly string[], meaningOf: (text: string) => number): void =>
      mayBeBlank(names, (text) => (text.trim() === '' ? IRREGULAR : meaningOf(text)));
    const mark = (names: readonly string[], role: number): void => {
      for (const name of names) if (columns.includes(name)) this.roles[columns.indexOf(name)] = role;
    };
    const { options } = sink;
    const raters = options.rater || options.source !== undefined;
    mark([...plan.ids, ...RATER_COLUMNS, ...plan.prompts], TEXT);
    // the first column of a time that is filled counts, and only it must be one
    const times = TIME_COLUMNS.filter((name) => columns.includes(name));
    mark(times, times.length === 1 ? TIME : TIMES);
    // a model with the name of a label: which of them a label means, the long way tells
    code(['model_a', 'model_b'], (text) => (isLabel(text, labels) ? IRREGULAR : UNASSIGNED));
    code(['winner'], (text) => this.#winner(text.trim(), labels));
    if (raters) code(RATER_COLUMNS, () => UNASSIGNED);
    // a dictionary each: only some names stand behind a prefix
    if (options.prompt) for (const name of plan.prompts) code([name], () => UNASSIGNED);
    if (plan.judge !== 'given') {
      code(['source'], (text) => {
        const label = text.trim();
        if (!Object.hasOwn(SOURCES, label)) return IRREGULAR;
        return SOURCES[label] === 'people' ? PEOPLE : JUDGES;
      });
    }
    code(['category'], (text) => (text === options.category ? 1 : 0));
    code(['language'], (text) => (text === options.language ? 1 : 0));
    code(['weight'], (text) => this.#number(text, (value) => value >= 0));
    code(['share_a'], (text) => this.#number(text, (value) => value >= 0 && value <= 1));
    code(['turn'], (text) => this.#number(text, (value) => Number.isInteger(value) && value >= 1));
    code(['anony'], (text) => {
      const flag = flagOf(text);
      return typeof flag === 'boolean' ? Number(flag) : IRREGULAR;
    });
    mayBeBlank(['dedup_tag'], (text) => Number(isOversampled(text)));
  }

  #winner(label: string, labels: OwnLabels): number {
    const own = ownMeaning(labels, label);
    if (own === 'skip') return SKIP;
    if (own !== undefined) {
      return own.strength === 1 ? OUTCOME_CODES[own.outcome] : STRONG + this.strong.push(own) - 1;
    }
    return Object.hasOwn(WINNERS, label) ? OUTCOME_CODES[WINNERS[label]!] : NAMED;
  }

  /** A place in `numbers`, which is what a dictionary can hold of a number. */
  #number(text: string, fits: (value: number) => boolean): number {
    const value = parseDecimal(text);
    return Number.isNaN(value) || !fits(value) ? IRREGULAR : this.numbers.push(value) - 1;
  }
}

function isLabel(name: string, labels: OwnLabels): boolean {
  const text = name.trim();
  return Object.hasOwn(WINNERS, text) || ownMeaning(labels, text) !== undefined;
}
