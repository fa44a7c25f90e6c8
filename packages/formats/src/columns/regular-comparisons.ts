import { OUTCOME_CODES } from '@agon/domain';
import type { OwnLabels } from '../labels/label-meaning.ts';
import { PERSON_COLUMNS, RATER_COLUMNS, STANDING_COLUMNS } from '../readers/column-names.ts';
import { sourceOfJudge } from '../readers/common-fields.ts';
import { SKIPPED } from '../row-sink.ts';
import type { RegularRows } from '../rows/csv-rows.ts';
import { decodeRow } from '../rows/decode-row.ts';
import { IRREGULAR, UNASSIGNED } from './byte-dictionary.ts';
import {
  CellMeanings,
  CODE,
  JUDGES,
  NAMED,
  PEOPLE,
  SKIP,
  STRONG,
  TEXT,
  TIME,
  TIMES,
} from './cell-meanings.ts';
import type { ColumnSink } from './column-sink.ts';
import type { ComparisonPlan } from './comparison-plan.ts';
import { quickTime } from './quick-time.ts';

const [QUOTE, LINE_FEED, RETURN, SPACE] = [0x22, 0x0a, 0x0d, 0x20];
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
  readonly #meanings: CellMeanings;
  /** Of the row at hand, by column: the entry of a coded cell; 1 or 0, filled or not, of others. */
  readonly #entries: Int32Array;
  readonly #place: (column: string) => number;
  readonly #plan: ComparisonPlan;
  /** When the row at hand was made, ms; NaN where it does not say. Only where the sink wants it. */
  #atMs = Number.NaN;

  /** Null where the file cannot go the short way. */
  static of(
    plan: ComparisonPlan,
    layout: CsvLayout,
    sink: ColumnSink,
    labels: OwnLabels,
  ): RegularComparisons | null {
    const { columns, end } = layout;
    // rows without their texts have no style, and an outcome in another column is another format's business
    if (sink.wantsStyle || end !== LINE_FEED || !columns.includes('winner')) return null;
    if (STANDING_COLUMNS.some((column) => columns.includes(column))) return null;
    return new RegularComparisons(plan, layout, sink, labels);
  }

  private constructor(
    plan: ComparisonPlan,
    { columns, delimiter }: CsvLayout,
    sink: ColumnSink,
    labels: OwnLabels,
  ) {
    this.#sink = sink;
    this.#plan = plan;
    this.#separator = delimiter.charCodeAt(0);
    this.#place = (column) => columns.indexOf(column);
    this.#entries = new Int32Array(columns.length);
    this.#meanings = new CellMeanings(plan, columns, sink, labels);
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
    const { roles, dictionaries } = this.#meanings;
    const last = roles.length - 1;
    this.#atMs = Number.NaN;
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
        const dictionary = dictionaries[column]!;
        const entry = dictionary.entry(bytes, start, end, hash);
        if (dictionary.meaning[entry] === IRREGULAR) return -1;
        entries[column] = entry;
      } else {
        if (role === TEXT && isBlank(bytes, start, end)) return -1;
        if (role === TIME) {
          const time = quickTime(bytes, start, end, this.#sink.wantsTimes);
          if (Number.isNaN(time)) return -1;
          this.#atMs = time;
        } else if (role === TIMES) return -1;
        entries[column] = 1;
      }
    }
    return seen >= 0x80 && decodeRow(bytes.subarray(from, at)) === null ? -1 : at;
  }

  /** A function that adds the row in `#entries` to the sink, or says that it is not regular. */
  #adder(): () => boolean {
    const sink = this.#sink;
    const entries = this.#entries;
    const { wantsTimes } = sink;
    const { source, category, language, rater: wantsRater, prompt: wantsPrompt } = sink.options;
    const { unblinded, oversampled } = sink.policy;
    const [placeA, placeB, placeWinner] = [
      this.#place('model_a'),
      this.#place('model_b'),
      this.#place('winner'),
    ];
    const places = (names: readonly string[]) => names.map(this.#place).filter((place) => place >= 0);
    const plan = this.#plan;
    const raters = places(RATER_COLUMNS);
    const prompts = places(plan.prompts);
    const placePromptId = this.#place('prompt_id');
    const promptTexts = places(plan.promptTexts);
    const persons = places(PERSON_COLUMNS);
    const judge = plan.judge === 'by name' ? this.#place('judge') : -1;
    const placeSource = plan.judge === 'given' ? -1 : this.#place('source');
    const placeCategory = this.#place('category');
    const placeLanguage = this.#place('language');
    const placeWeight = this.#place('weight');
    const placeShare = this.#place('share_a');
    const placeBlind = this.#place('anony');
    const placeTag = this.#place('dedup_tag');
    const { dictionaries, numbers, strong } = this.#meanings;
    const filled = (place: number) => place >= 0 && entries[place] !== 0;
    const meaning = (place: number) => dictionaries[place]!.meaning[entries[place]!]!;
    const numberAt = (place: number, otherwise: number) =>
      filled(place) ? numbers[meaning(place)]! : otherwise;
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
    const prefixedCode = (text: string) => sink.promptCode(`${plan.promptPrefix}${text}`);
    const isNamed = (place: number, label: string) =>
      dictionaries[place]!.texts[entries[place]!]!.trim() === label;
    const sourceOf = () => {
      if (filled(placeSource)) return meaning(placeSource);
      if (!filled(judge) || persons.some(filled)) return PEOPLE;
      return sourceOfJudge(dictionaries[judge]!.texts[entries[judge]!]!) === 'people' ? PEOPLE : JUDGES;
    };
    const wanted = source === undefined ? -1 : source === 'people' ? PEOPLE : JUDGES;
    return () => {
      const [a, b, winner] = [entries[placeA]!, entries[placeB]!, entries[placeWinner]!];
      if (a === 0 || b === 0 || winner === 0 || a === b) return false;
      let outcome = meaning(placeWinner);
      let strength = 1;
      if (outcome >= NAMED) {
        if (outcome === NAMED) {
          const label = dictionaries[placeWinner]!.texts[winner]!.trim();
          const [isA, isB] = [isNamed(placeA, label), isNamed(placeB, label)];
          if (isA === isB) return false;
          outcome = isA ? OUTCOME_CODES.a : OUTCOME_CODES.b;
        } else if (outcome === SKIP) {
          sink.leaveOut(SKIPPED);
          return true;
        } else {
          const label = strong[outcome - STRONG]!;
          outcome = OUTCOME_CODES[label.outcome];
          strength = label.strength;
        }
      }
      const prompt = wantsPrompt ? prompts.find(filled) : undefined;
      // a prompt that only its text tells from others
      if (wantsPrompt && prompt === undefined && promptTexts.some(filled)) return false;
      if (
        (wanted >= 0 && sourceOf() !== wanted) ||
        (category !== undefined && !(filled(placeCategory) && meaning(placeCategory) === 1)) ||
        (language !== undefined && !(filled(placeLanguage) && meaning(placeLanguage) === 1))
      ) {
        sink.filterOut();
        return true;
      }
      if (unblinded === 'drop' && filled(placeBlind) && meaning(placeBlind) === 0) {
        sink.leaveOut('not_blind');
        return true;
      }
      if (filled(placeTag) && meaning(placeTag) === 1) {
        if (oversampled === 'drop') {
          sink.leaveOut('oversampled');
          return true;
        }
        sink.countOversampled();
      }
      const weight = placeWeight < 0 ? 1 : numberAt(placeWeight, 1);
      const row = sink.append(
        codeAt(placeA, modelCode),
        codeAt(placeB, modelCode),
        outcome,
        strength === 1 ? weight : weight * strength,
        placeShare < 0 ? Number.NaN : numberAt(placeShare, Number.NaN),
      );
      if (wantsTimes) sink.setTime(row, this.#atMs);
      if (wantsRater) {
        const place = raters.find(filled);
        if (place !== undefined) sink.setRaterCode(row, codeAt(place, raterCode));
      }
      if (prompt !== undefined)
        sink.setPromptCode(row, codeAt(prompt, prompt === placePromptId ? promptCode : prefixedCode));
      return true;
    };
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  // a byte above a space may yet be white space in Unicode: then the slow way looks
  for (let at = start; at < end; at += 1) if (bytes[at]! > SPACE && bytes[at]! < 0x80) return false;
  return true;
}
