import {
  type ComparisonColumns,
  type ComparisonSource,
  OUTCOME_CODES,
  STYLE_COUNTS,
  type StyleCounts,
} from '@agon/domain';
import type { Place, ReadPrompt, RefusedRow } from '../record.ts';
import {
  type NewComparison,
  type RowSink,
  requireComparison,
  requirePrompt,
  unwantedRanking,
} from '../row-sink.ts';

/** Which comparisons are kept; the others are counted. Absent: all. */
export type ColumnFilter = {
  readonly source?: ComparisonSource;
  readonly category?: string;
  readonly language?: string;
};

export type ColumnOptions = ColumnFilter & {
  /** Code the raters and the prompts too: an interval by clusters needs them. */
  readonly rater: boolean;
  readonly prompt: boolean;
  /** Keep the style counts of the answers, which readers then take from texts or metadata. */
  readonly style?: boolean;
};

/** Refused rows that are kept whole, for showing them; all are counted. */
const KEPT_REFUSALS = 1000;

/** Keeps comparisons as columns, a few bytes each, and nothing else. One sink may take several files. */
export class ColumnSink implements RowSink {
  readonly scale = 1;
  readonly options: ColumnOptions;
  readonly #models = new Map<string, number>();
  readonly #raters = new Map<string, number>();
  readonly #prompts = new Map<string, number>();
  readonly #refused: RefusedRow[] = [];
  readonly #reasons = new Map<string, number>();
  #filtered = 0;
  #length = 0;
  #a = new Int32Array(1024);
  #b = new Int32Array(1024);
  #outcome = new Uint8Array(1024);
  #rater: Int32Array<ArrayBuffer> | null;
  #prompt: Int32Array<ArrayBuffer> | null;
  /** From the first comparison on whose weight is not 1, or whose share is known. */
  #weight: Float64Array<ArrayBuffer> | null = null;
  #shareA: Float64Array<ArrayBuffer> | null = null;
  readonly #style: { a: Float32Array<ArrayBuffer>; b: Float32Array<ArrayBuffer> } | null;

  constructor(options: ColumnOptions) {
    this.options = options;
    this.#rater = options.rater ? new Int32Array(1024) : null;
    this.#prompt = options.prompt ? new Int32Array(1024) : null;
    const size = 1024 * STYLE_COUNTS.length;
    this.#style = options.style === true ? { a: new Float32Array(size), b: new Float32Array(size) } : null;
  }

  /** Rows without their texts have no style. */
  get columns(): ColumnSink | undefined {
    return this.wantsStyle ? undefined : this;
  }

  get wantsStyle(): boolean {
    return this.#style !== null;
  }

  prompt(_at: Place, prompt: Omit<ReadPrompt, 'at'>): void {
    requirePrompt(prompt);
  }

  answer(): void {}

  score(): void {}

  ranking(): void {
    throw unwantedRanking();
  }

  comparison(_at: Place, row: NewComparison, options: { readonly allowSame?: boolean } = {}): void {
    requireComparison(row, options.allowSame === true);
    const { source, category, language } = this.options;
    if (
      (source !== undefined && row.source !== source) ||
      (category !== undefined && row.category !== category) ||
      (language !== undefined && row.language !== language)
    ) {
      this.filterOut();
      return;
    }
    const at = this.append(
      this.modelCode(row.modelA),
      this.modelCode(row.modelB),
      OUTCOME_CODES[row.outcome],
      row.weight ?? 1,
      row.shareA ?? Number.NaN,
    );
    if (row.rater !== undefined) this.setRater(at, row.rater);
    if (row.promptKey !== undefined) this.setPrompt(at, row.promptKey);
    if (this.#style === null) return;
    writeCounts(this.#style.a, at, row.style?.a);
    writeCounts(this.#style.b, at, row.style?.b);
  }

  refuse(at: Place, reason: string, column: string | null = null, value: string | null = null): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (this.#refused.length >= KEPT_REFUSALS) return;
    this.#refused.push({ file: at.file ?? '', line: at.line ?? 1, column, value, reason });
  }

  filterOut(): void {
    this.#filtered += 1;
  }

  /** Codes are given in order of appearance. */
  modelCode(name: string): number {
    return codeOf(this.#models, name);
  }

  raterCode(name: string): number {
    return codeOf(this.#raters, name);
  }

  promptCode(name: string): number {
    return codeOf(this.#prompts, name);
  }

  setRater(at: number, name: string): void {
    if (this.#rater !== null) this.#rater[at] = this.raterCode(name);
  }

  setPrompt(at: number, name: string): void {
    if (this.#prompt !== null) this.#prompt[at] = this.promptCode(name);
  }

  setRaterCode(at: number, code: number): void {
    if (this.#rater !== null) this.#rater[at] = code;
  }

  setPromptCode(at: number, code: number): void {
    if (this.#prompt !== null) this.#prompt[at] = code;
  }

  /** Adds a comparison by codes, rater and prompt unknown; returns its place. `shareA`: NaN where unknown. */
  append(a: number, b: number, outcome: number, weight: number, shareA: number): number {
    const at = this.#length;
    if (at === this.#a.length) this.#grow();
    this.#length = at + 1;
    this.#a[at] = a;
    this.#b[at] = b;
    this.#outcome[at] = outcome;
    if (this.#rater !== null) this.#rater[at] = -1;
    if (this.#prompt !== null) this.#prompt[at] = -1;
    if (weight !== 1) this.#weight ??= new Float64Array(this.#a.length).fill(1);
    if (this.#weight !== null) this.#weight[at] = weight;
    if (!Number.isNaN(shareA)) this.#shareA ??= new Float64Array(this.#a.length).fill(Number.NaN);
    if (this.#shareA !== null) this.#shareA[at] = shareA;
    return at;
  }

  taken(): {
    readonly columns: ComparisonColumns;
    /** Comparisons that the filter left out. */
    readonly filtered: number;
    /** The first 1,000 refused rows. */
    readonly refused: readonly RefusedRow[];
    readonly refusedByReason: ReadonlyMap<string, number>;
  } {
    const length = this.#length;
    return {
      columns: {
        length,
        models: [...this.#models.keys()],
        a: this.#a.subarray(0, length),
        b: this.#b.subarray(0, length),
        outcome: this.#outcome.subarray(0, length),
        ...(this.#weight === null ? {} : { weight: this.#weight.subarray(0, length) }),
        ...(this.#shareA === null ? {} : { shareA: this.#shareA.subarray(0, length) }),
        ...(this.#rater === null ? {} : { rater: this.#rater.subarray(0, length) }),
        ...(this.#prompt === null ? {} : { prompt: this.#prompt.subarray(0, length) }),
        ...(this.#rater === null ? {} : { raters: [...this.#raters.keys()] }),
        ...(this.#style === null ? {} : { style: this.#style }),
      },
      filtered: this.#filtered,
      refused: this.#refused,
      refusedByReason: this.#reasons,
    };
  }

  #grow(): void {
    const size = 2 * this.#a.length;
    const wider = <Column extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
      column: Column | null,
      empty: Column,
    ): Column | null => {
      if (column === null) return null;
      empty.set(column);
      return empty;
    };
    const outcome = new Uint8Array(size);
    outcome.set(this.#outcome);
    this.#outcome = outcome;
    this.#weight = wider(this.#weight, new Float64Array(size));
    this.#shareA = wider(this.#shareA, new Float64Array(size));
    this.#rater = wider(this.#rater, new Int32Array(size));
    this.#prompt = wider(this.#prompt, new Int32Array(size));
    if (this.#style !== null) {
      for (const slot of ['a', 'b'] as const) {
        const counts = new Float32Array(size * STYLE_COUNTS.length);
        counts.set(this.#style[slot]);
        this.#style[slot] = counts;
      }
    }
    this.#b = wider(this.#b, new Int32Array(size)) ?? this.#b;
    this.#a = wider(this.#a, new Int32Array(size)) ?? this.#a;
  }
}

function codeOf(codes: Map<string, number>, name: string): number {
  const known = codes.get(name);
  if (known !== undefined) return known;
  codes.set(name, codes.size);
  return codes.size - 1;
}

function writeCounts(into: Float32Array, at: number, counts: StyleCounts | undefined): void {
  STYLE_COUNTS.forEach((name, k) => {
    into[at * STYLE_COUNTS.length + k] = counts?.[name] ?? Number.NaN;
  });
}
