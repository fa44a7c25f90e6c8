import { OUTCOMES, type StyleCount } from '@agon/domain';
import type { ColumnSink } from '../columns/column-sink.ts';
import { CHUNK_ROWS, type CodeColumn } from './code-column.ts';
import type { NumbersChunk } from './number-column.ts';

export type CodedTexts = {
  readonly codes: CodeColumn;
  /** By code; null: the codes themselves are the texts. */
  readonly texts: readonly (string | null)[] | null;
};

/** A stretch of rows, at most `CHUNK_ROWS`. */
export type RowsChunk = {
  readonly rows: number;
  readonly a: CodedTexts;
  readonly b: CodedTexts;
  readonly winner: CodeColumn;
  /** From a code of `winner` to `OUTCOME_CODES`, -1 where it is none; null: the codes are these. */
  readonly outcomeOf: Int32Array | null;
  readonly rater: CodedTexts | null;
  readonly prompt: CodedTexts | null;
  readonly counts: readonly (NumbersChunk & { readonly slot: 'a' | 'b'; readonly count: StyleCount })[];
};

/** Numbers up to this have a table, larger ones are looked up as texts. */
const MAX_NUMBERS = 2 ** 24;
const [UNASSIGNED, NONE] = [-2, -1];

/** Hands rows to a sink as the columns that they are, without a text or an object for each. */
export class RowAppender {
  readonly #sink: ColumnSink;
  readonly #models = new Map<readonly (string | null)[], Int32Array>();
  readonly #raters: ClusterCodes;
  readonly #prompts: ClusterCodes;
  readonly #kept = new Int32Array(CHUNK_ROWS);
  readonly #a = new Int32Array(CHUNK_ROWS);
  readonly #b = new Int32Array(CHUNK_ROWS);
  readonly #outcome = new Uint8Array(CHUNK_ROWS);

  constructor(sink: ColumnSink) {
    this.#sink = sink;
    this.#raters = new ClusterCodes((name) => sink.raterCode(name));
    this.#prompts = new ClusterCodes((name) => sink.promptCode(name));
  }

  /** @param refuse is called for each row that cannot be taken */
  append(chunk: RowsChunk, refuse: (row: number) => void): void {
    const { rows, a, b, winner, outcomeOf, rater, prompt } = chunk;
    const [codesA, codesB] = [a.codes, b.codes];
    const [modelsA, modelsB] = [this.#modelsOf(a), this.#modelsOf(b)];
    const isBad = badCounts(chunk);
    const [keptRows, keptA, keptB, keptOutcome] = [this.#kept, this.#a, this.#b, this.#outcome];
    let length = 0;
    for (let row = 0; row < rows; row += 1) {
      const code = winner[row]!;
      const outcome = (outcomeOf === null ? code : outcomeOf[code]) ?? NONE;
      const isFit = outcome >= 0 && outcome < OUTCOMES.length && (isBad === null || isBad[row] === 0);
      const [one, other] = [codesA[row]!, codesB[row]!];
      let first = modelsA[one] ?? NONE;
      let second = modelsB[other] ?? NONE;
      if (isFit && (first === UNASSIGNED || second === UNASSIGNED)) {
        this.#nameModels(a, b, row);
        first = modelsA[one] ?? NONE;
        second = modelsB[other] ?? NONE;
      }
      if (!isFit || first < 0 || second < 0 || first === second) {
        refuse(row);
        continue;
      }
      keptRows[length] = row;
      keptA[length] = first;
      keptB[length] = second;
      keptOutcome[length] = outcome;
      length += 1;
    }
    const kept = this.#kept.subarray(0, length);
    const at = this.#sink.appendAll(
      this.#a.subarray(0, length),
      this.#b.subarray(0, length),
      this.#outcome.subarray(0, length),
    );
    if (rater !== null) this.#raters.visit(rater, kept, (k, code) => this.#sink.setRaterCode(at + k, code));
    if (prompt !== null)
      this.#prompts.visit(prompt, kept, (k, code) => this.#sink.setPromptCode(at + k, code));
    for (const { slot, count, values, bits } of chunk.counts) {
      // kept rows move forward
      if (length < rows) for (let k = 0; k < length; k += 1) values[k] = values[kept[k]!]!;
      this.#sink.countsOf(slot, count)?.setAll(at, values.subarray(0, length), bits);
    }
  }

  #modelsOf({ texts }: CodedTexts): Int32Array {
    const names = texts ?? [];
    let codes = this.#models.get(names);
    if (codes === undefined) {
      codes = Int32Array.from(names, (name) => (name === null || isBlank(name) ? NONE : UNASSIGNED));
      this.#models.set(names, codes);
    }
    return codes;
  }

  /** Models are numbered as they come, and only those of rows that are taken. */
  #nameModels(a: CodedTexts, b: CodedTexts, row: number): void {
    const [first, second] = [a.codes[row]!, b.codes[row]!];
    const [one, other] = [a.texts?.[first] ?? null, b.texts?.[second] ?? null];
    if (one === null || other === null || one === other || isBlank(one) || isBlank(other)) return;
    this.#modelsOf(a)[first] = this.#sink.modelCode(one);
    this.#modelsOf(b)[second] = this.#sink.modelCode(other);
  }
}

/** 1 for each row with a number that is no count; null: none has. */
function badCounts({ rows, counts }: RowsChunk): Uint8Array | null {
  let isBad: Uint8Array | null = null;
  for (const { values, bits } of counts) {
    if (bits >= 0) continue;
    for (let row = 0; row < rows; row += 1) {
      if (!isNoCount(values[row]!)) continue;
      isBad ??= new Uint8Array(rows);
      isBad[row] = 1;
    }
  }
  return isBad;
}

/** A name that nobody could read, which text files may not have either. */
export function isBlank(name: string): boolean {
  return name.trim() === '';
}

/** NaN is a count that is not known. */
export function isNoCount(value: number): boolean {
  return value < 0 || value === Number.POSITIVE_INFINITY;
}

/** Codes of raters, or of prompts, by those of the file. */
class ClusterCodes {
  readonly #codeOf: (name: string) => number;
  readonly #byTexts = new Map<readonly (string | null)[], Int32Array>();
  #byNumber = new Int32Array(1024).fill(UNASSIGNED);

  constructor(codeOf: (name: string) => number) {
    this.#codeOf = codeOf;
  }

  visit({ codes, texts }: CodedTexts, rows: Int32Array, visit: (k: number, code: number) => void): void {
    if (texts === null) {
      for (let k = 0; k < rows.length; k += 1) visit(k, this.#ofNumber(codes[rows[k]!]!));
      return;
    }
    let known = this.#byTexts.get(texts);
    if (known === undefined) {
      known = Int32Array.from(texts, (text) => (text === null ? NONE : UNASSIGNED));
      this.#byTexts.set(texts, known);
    }
    for (let k = 0; k < rows.length; k += 1) {
      const code = codes[rows[k]!]!;
      if (known[code] === UNASSIGNED) known[code] = this.#codeOf(texts[code]!);
      visit(k, known[code] ?? NONE);
    }
  }

  #ofNumber(number: number): number {
    if (number < 0) return NONE;
    if (number >= MAX_NUMBERS) return this.#codeOf(String(number));
    if (number >= this.#byNumber.length) {
      const wider = new Int32Array(2 ** Math.ceil(Math.log2(number + 1))).fill(UNASSIGNED);
      wider.set(this.#byNumber);
      this.#byNumber = wider;
    }
    const known = this.#byNumber[number]!;
    if (known !== UNASSIGNED) return known;
    const code = this.#codeOf(String(number));
    this.#byNumber[number] = code;
    return code;
  }
}
