import { OUTCOME_CODES } from '@agon/domain';
import type { RegularRows } from '../rows/csv-rows.ts';
import { decodeRow } from '../rows/decode-row.ts';
import { ByteDictionary, IRREGULAR, UNASSIGNED } from './byte-dictionary.ts';
import type { ColumnSink } from './column-sink.ts';
import type { ComparisonPlan } from './comparison-plan.ts';
import { isIsoTime, isPlainNumber } from './is-time.ts';

const [QUOTE, LINE_FEED, RETURN, SPACE] = [0x22, 0x0a, 0x0d, 0x20];
/** What is done with a column's cells; 0: nothing. */
const [TEXT, TIME, CODE] = [1, 2, 3];
const [PEOPLE, JUDGES] = [0, 1];

export type CsvLayout = {
  readonly columns: readonly string[];
  readonly delimiter: string;
  readonly end: number;
};

/**
 * The short way of a CSV file of comparisons: from bytes to columns, without a text or an object for a row. It takes the
 * rows that are regular (every cell there, known, and without quotes inside) and leaves all others to the format.
 */
export class RegularComparisons implements RegularRows {
  rowsRead = 0;
  readonly #sink: ColumnSink;
  readonly #separator: number;
  readonly #asNumber: boolean;
  readonly #sourced: boolean;
  readonly #roles: Uint8Array;
  readonly #dictionaries: readonly (ByteDictionary | null)[];
  /** Of the row at hand, by column: the entry of a coded cell; 1 or 0, filled or not, of others. */
  readonly #entries: Int32Array;
  readonly #place: (column: string) => number;
  readonly #plan: ComparisonPlan;
  readonly #numbers: number[] = [];

  /** Null where the file cannot go the short way. */
  static of(plan: ComparisonPlan, layout: CsvLayout, sink: ColumnSink): RegularComparisons | null {
    const { columns, end } = layout;
    // rows without their texts have no style
    if (sink.wantsStyle || end !== LINE_FEED || plan.not.some((column) => columns.includes(column)))
      return null;
    return new RegularComparisons(plan, layout, sink);
  }

  private constructor(plan: ComparisonPlan, { columns, delimiter }: CsvLayout, sink: ColumnSink) {
    this.#sink = sink;
    this.#plan = plan;
    this.#separator = delimiter.charCodeAt(0);
    this.#asNumber = plan.asNumber;
    this.#sourced = plan.sources !== null;
    this.#place = (column) => columns.indexOf(column);
    this.#entries = new Int32Array(columns.length);
    this.#roles = new Uint8Array(columns.length);
    const dictionaries: (ByteDictionary | null)[] = columns.map(() => null);
    const code = (names: readonly string[], meaningOf: (text: string) => number): void => {
      const dictionary = new ByteDictionary((text) => (text.trim() === '' ? IRREGULAR : meaningOf(text)));
      for (const name of names) {
        const at = columns.indexOf(name);
        if (at < 0) continue;
        this.#roles[at] = CODE;
        dictionaries[at] = dictionary;
      }
    };
    const mark = (names: readonly string[], role: number): void => {
      for (const name of names) if (columns.includes(name)) this.#roles[columns.indexOf(name)] = role;
    };
    const { options } = sink;
    mark([...plan.texts, ...plan.raters, ...plan.prompts], TEXT);
    mark(plan.times, TIME);
    code(['model_a', 'model_b'], () => UNASSIGNED);
    code(['winner'], (text) => labelled(plan.winners, text, (outcome) => OUTCOME_CODES[outcome]));
    if (options.rater) code(plan.raters, () => UNASSIGNED);
    if (options.prompt) code(plan.prompts, () => UNASSIGNED);
    const { sources } = plan;
    if (sources !== null)
      code(['source'], (text) => labelled(sources, text, (it) => (it === 'people' ? PEOPLE : JUDGES)));
    if (plan.category) code(['category'], (text) => (text === options.category ? 1 : 0));
    code(['language'], (text) => (text === options.language ? 1 : 0));
    if (plan.weighted) {
      code(['weight'], (text) => this.#number(text, (value) => value >= 0));
      code(['share_a'], (text) => this.#number(text, (value) => value >= 0 && value <= 1));
      code(['turn'], (text) => this.#number(text, (value) => Number.isInteger(value) && value >= 1));
    }
    this.#dictionaries = dictionaries;
  }

  take(bytes: Uint8Array, from: number): { readonly next: number; readonly lines: number } {
    const limit = bytes.lastIndexOf(LINE_FEED) + 1;
    const add = this.#adder();
    let at = from;
    let lines = 0;
    while (at < limit) {
      const next = this.#cells(bytes, at);
      if (next < 0 || !add()) break;
      at = next;
      lines += 1;
    }
    this.rowsRead += lines;
    return { next: at, lines };
  }

  /** Reads the cells of the row at `from` into `#entries`. Returns where the next row starts, or -1: not regular. */
  #cells(bytes: Uint8Array, from: number): number {
    const separator = this.#separator;
    const entries = this.#entries;
    const roles = this.#roles;
    const last = roles.length - 1;
    let at = from;
    let seen = 0;
    for (let column = 0; column <= last; column += 1) {
      const quoted = bytes[at] === QUOTE;
      if (quoted) at += 1;
      const start = at;
      let hash = 0x811c9dc5;
      let unit = bytes[at]!;
      // every row before `limit` ends in a line feed, so these loops end
      if (quoted) {
        while (unit !== QUOTE && unit !== LINE_FEED) {
          hash = Math.imul(hash ^ unit, 0x01000193);
          seen |= unit;
          unit = bytes[++at]!;
        }
      } else {
        while (unit !== separator && unit !== LINE_FEED && unit !== RETURN) {
          hash = Math.imul(hash ^ unit, 0x01000193);
          seen |= unit;
          unit = bytes[++at]!;
        }
      }
      const end = at;
      if (quoted) {
        if (unit !== QUOTE) return -1;
        unit = bytes[++at]!;
      }
      if (column < last) {
        if (unit !== separator) return -1;
        at += 1;
      } else {
        if (unit === RETURN) unit = bytes[++at]!;
        if (unit !== LINE_FEED) return -1;
        at += 1;
      }
      if (start === end) {
        entries[column] = 0;
        continue;
      }
      const role = roles[column]!;
      if (role === CODE) {
        const dictionary = this.#dictionaries[column]!;
        const entry = dictionary.entry(bytes, start, end, hash);
        if (dictionary.meaning[entry] === IRREGULAR) return -1;
        entries[column] = entry;
      } else {
        if (role === TEXT && isBlank(bytes, start, end)) return -1;
        if (role === TIME && !isPlainNumber(bytes, start, end)) {
          if (this.#asNumber || !isIsoTime(bytes, start, end)) return -1;
        }
        entries[column] = 1;
      }
    }
    return seen >= 0x80 && decodeRow(bytes.subarray(from, at)) === null ? -1 : at;
  }

  /** A function that adds the row in `#entries` to the sink, or says that it is not regular. */
  #adder(): () => boolean {
    const sink = this.#sink;
    const entries = this.#entries;
    const { source, category, language, rater: wantsRater, prompt: wantsPrompt } = sink.options;
    const [placeA, placeB, placeWinner] = [
      this.#place('model_a'),
      this.#place('model_b'),
      this.#place('winner'),
    ];
    const places = (names: readonly string[]) => names.map(this.#place).filter((place) => place >= 0);
    const raters = places(this.#plan.raters);
    const prompts = places(this.#plan.prompts);
    const [judge, rater] = [this.#place('judge'), this.#place('rater')];
    const at = (column: string, reads: boolean) => (reads ? this.#place(column) : -1);
    const placeSource = at('source', this.#sourced);
    const placeCategory = at('category', this.#plan.category);
    const placeLanguage = this.#place('language');
    const placeWeight = at('weight', this.#plan.weighted);
    const placeShare = at('share_a', this.#plan.weighted);
    const dictionaries = this.#dictionaries;
    const filled = (place: number) => place >= 0 && entries[place] !== 0;
    const meaning = (place: number) => dictionaries[place]!.meaning[entries[place]!]!;
    const numberAt = (place: number, otherwise: number) =>
      filled(place) ? this.#numbers[meaning(place)]! : otherwise;
    const codeAt = (place: number, give: (text: string) => number): number => {
      const dictionary = dictionaries[place]!;
      const entry = entries[place]!;
      const known = dictionary.meaning[entry]!;
      if (known !== UNASSIGNED) return known;
      const code = give(dictionary.texts[entry]!);
      dictionary.meaning[entry] = code;
      return code;
    };
    const modelCode = (text: string) => sink.modelCode(text);
    const raterCode = (text: string) => sink.raterCode(text);
    const promptCode = (text: string) => sink.promptCode(text);
    const sourceOf = () =>
      filled(placeSource)
        ? meaning(placeSource)
        : this.#sourced && filled(judge) && !filled(rater)
          ? JUDGES
          : PEOPLE;
    const wanted = source === undefined ? -1 : source === 'people' ? PEOPLE : JUDGES;
    return () => {
      const [a, b, winner] = [entries[placeA]!, entries[placeB]!, entries[placeWinner]!];
      if (a === 0 || b === 0 || winner === 0 || a === b) return false;
      if (
        (wanted >= 0 && sourceOf() !== wanted) ||
        (category !== undefined && !(filled(placeCategory) && meaning(placeCategory) === 1)) ||
        (language !== undefined && !(filled(placeLanguage) && meaning(placeLanguage) === 1))
      ) {
        sink.filterOut();
        return true;
      }
      const row = sink.append(
        codeAt(placeA, modelCode),
        codeAt(placeB, modelCode),
        meaning(placeWinner),
        placeWeight < 0 ? 1 : numberAt(placeWeight, 1),
        placeShare < 0 ? Number.NaN : numberAt(placeShare, Number.NaN),
      );
      if (wantsRater) {
        const place = raters.find(filled);
        if (place !== undefined) sink.setRaterCode(row, codeAt(place, raterCode));
      }
      if (wantsPrompt) {
        const place = prompts.find(filled);
        if (place !== undefined) sink.setPromptCode(row, codeAt(place, promptCode));
      }
      return true;
    };
  }

  /** A place in `#numbers`, which is what a dictionary can hold of a number. */
  #number(text: string, fits: (value: number) => boolean): number {
    const value = Number(text);
    if (!Number.isFinite(value) || !fits(value)) return IRREGULAR;
    return this.#numbers.push(value) - 1;
  }
}

function labelled<Label>(
  labels: Readonly<Record<string, Label>>,
  text: string,
  codeOf: (label: Label) => number,
): number {
  const label = text.trim();
  return Object.hasOwn(labels, label) ? codeOf(labels[label]!) : IRREGULAR;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  // a byte above a space may yet be white space in Unicode: then the slow way looks
  for (let at = start; at < end; at += 1) if (bytes[at]! > SPACE && bytes[at]! < 0x80) return false;
  return true;
}
