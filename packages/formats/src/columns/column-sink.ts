import {
  type BySlot,
  type ComparisonColumns,
  type ComparisonSource,
  OUTCOME_CODES,
  type StyleColumns,
  type StyleCount,
  type StyleCounts,
} from '@agon/domain';
import type { Place, RefusedRow } from '../record.ts';
import {
  KEEP_ALL,
  type LeftOutReason,
  type NewComparison,
  type RowSink,
  reasonToLeaveOut,
  requireComparison,
  SKIPPED,
  unwantedRanking,
  type VotePolicy,
} from '../row-sink.ts';
import { NarrowCounts } from './narrow-counts.ts';
import { orderByTime } from './order-by-time.ts';

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
  /** Keep these counts of the answers, which readers then take from texts, metadata or columns. */
  readonly style?: readonly StyleCount[];
  /** By default all votes are kept. */
  readonly policy?: VotePolicy;
  /** Order comparisons by their times where each has one: methods that count one after the other need it. */
  readonly byTime?: boolean;
};

/** Refused rows that are kept whole, for showing them; all are counted. */
const KEPT_REFUSALS = 1000;
const FIRST_SIZE = 1024;
const CODES_16 = 65_536;

/** Keeps comparisons as columns, a few bytes each, and nothing else. One sink may take several files. */
export class ColumnSink implements RowSink {
  readonly scale = 1;
  readonly wantsTexts = false;
  readonly options: ColumnOptions;
  readonly #models = new Map<string, number>();
  readonly #raters = new Map<string, number>();
  readonly #prompts = new Map<string, number>();
  readonly #refused: RefusedRow[] = [];
  readonly #reasons = new Map<string, number>();
  readonly #leftOut = new Map<LeftOutReason, number>();
  readonly policy: VotePolicy;
  #filtered = 0;
  #oversampled = 0;
  #length = 0;
  /** Of 16 bits while there are few enough models. */
  #a: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer> = new Uint16Array(FIRST_SIZE);
  #b: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer> = new Uint16Array(FIRST_SIZE);
  #outcome = new Uint8Array(FIRST_SIZE);
  #rater: Int32Array<ArrayBuffer> | null;
  #prompt: Int32Array<ArrayBuffer> | null;
  /** From the first comparison on whose weight is not 1, or whose share is known. */
  #weight: Float64Array<ArrayBuffer> | null = null;
  #shareA: Float64Array<ArrayBuffer> | null = null;
  /** NaN where there is none. */
  #atMs: Float64Array<ArrayBuffer> | null;
  readonly #style: BySlot<ReadonlyMap<StyleCount, NarrowCounts>> | null;

  constructor(options: ColumnOptions) {
    this.options = options;
    this.#rater = options.rater ? new Int32Array(FIRST_SIZE) : null;
    this.#prompt = options.prompt ? new Int32Array(FIRST_SIZE) : null;
    this.#atMs = options.byTime ? new Float64Array(FIRST_SIZE) : null;
    this.policy = options.policy ?? KEEP_ALL;
    const counts = options.style ?? [];
    const side = () => new Map(counts.map((count) => [count, new NarrowCounts(FIRST_SIZE)]));
    this.#style = counts.length === 0 ? null : { a: side(), b: side() };
  }

  get wantsStyle(): boolean {
    return this.#style !== null;
  }

  get wantsPrompts(): boolean {
    return this.#prompt !== null;
  }

  get wantsTimes(): boolean {
    return this.#atMs !== null;
  }

  prompt(): void {}

  answer(): void {}

  score(): void {}

  passOver(_at: Place, what: string): void {
    if (what === SKIPPED) this.leaveOut(SKIPPED);
  }

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
    const reason = reasonToLeaveOut(row, this.policy);
    if (reason !== null) {
      this.leaveOut(reason);
      return;
    }
    if (row.oversampled) this.countOversampled();
    const at = this.append(
      this.modelCode(row.modelA),
      this.modelCode(row.modelB),
      OUTCOME_CODES[row.outcome],
      row.weight ?? 1,
      row.shareA ?? Number.NaN,
    );
    if (row.atMs !== undefined) this.setTime(at, row.atMs);
    if (row.rater !== undefined) this.setRater(at, row.rater);
    if (row.promptKey !== undefined) this.setPrompt(at, row.promptKey);
    if (this.#style === null) return;
    writeCounts(this.#style.a, at, row.style?.a);
    writeCounts(this.#style.b, at, row.style?.b);
  }

  /** Room for as many more comparisons, where their number is known: then nothing is copied on the way. */
  reserve(comparisons: number): void {
    const size = this.#length + comparisons;
    if (size > this.#a.length) this.#resize(size);
  }

  /** Column of one count of one side's answers; undefined where it is not kept. */
  countsOf(slot: 'a' | 'b', count: StyleCount): NarrowCounts | undefined {
    return this.#style?.[slot].get(count);
  }

  get length(): number {
    return this.#length;
  }

  refuse(at: Place, reason: string, column: string | null = null, value: string | null = null): void {
    const before = this.#reasons.get(reason) ?? 0;
    this.#reasons.set(reason, before + 1);
    // the first of each reason is shown, however many others there are
    const isKept = this.#refused.length < (before === 0 ? 2 : 1) * KEPT_REFUSALS;
    if (!isKept) return;
    this.#refused.push({ file: at.file ?? '', line: at.line ?? 1, column, value, reason });
  }

  filterOut(): void {
    this.#filtered += 1;
  }

  leaveOut(reason: LeftOutReason): void {
    this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + 1);
  }

  /** One that counts, though the field's own clean-up would leave it out. */
  countOversampled(): void {
    this.#oversampled += 1;
  }

  setTime(at: number, ms: number): void {
    if (this.#atMs !== null) this.#atMs[at] = ms;
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
    if (at === this.#a.length) this.#resize(2 * at);
    if (this.#models.size > CODES_16 && this.#a instanceof Uint16Array) this.#widenModels();
    this.#length = at + 1;
    this.#a[at] = a;
    this.#b[at] = b;
    this.#outcome[at] = outcome;
    if (this.#rater !== null) this.#rater[at] = -1;
    if (this.#prompt !== null) this.#prompt[at] = -1;
    if (this.#atMs !== null) this.#atMs[at] = Number.NaN;
    if (weight !== 1) this.#weight ??= new Float64Array(this.#a.length).fill(1);
    if (this.#weight !== null) this.#weight[at] = weight;
    if (!Number.isNaN(shareA)) this.#shareA ??= new Float64Array(this.#a.length).fill(Number.NaN);
    if (this.#shareA !== null) this.#shareA[at] = shareA;
    return at;
  }

  /** Adds comparisons by codes that all weigh 1, raters and prompts unknown; returns the place of the first. */
  appendAll(a: Int32Array, b: Int32Array, outcome: Uint8Array): number {
    const at = this.#length;
    const end = at + a.length;
    if (end > this.#a.length) this.#resize(Math.max(end, 2 * this.#a.length));
    if (this.#models.size > CODES_16 && this.#a instanceof Uint16Array) this.#widenModels();
    this.#length = end;
    this.#a.set(a, at);
    this.#b.set(b, at);
    this.#outcome.set(outcome, at);
    this.#rater?.fill(-1, at, end);
    this.#prompt?.fill(-1, at, end);
    this.#weight?.fill(1, at, end);
    this.#shareA?.fill(Number.NaN, at, end);
    this.#atMs?.fill(Number.NaN, at, end);
    return at;
  }

  taken(): {
    readonly columns: ComparisonColumns;
    /** Comparisons that the filter left out. */
    readonly filtered: number;
    /** The first 1,000 refused rows. */
    readonly refused: readonly RefusedRow[];
    readonly refusedByReason: ReadonlyMap<string, number>;
    /** Comparisons left out for no fault, by reason. */
    readonly leftOutByReason: ReadonlyMap<LeftOutReason, number>;
    /** Comparisons that count, though the field's own clean-up would leave them out. */
    readonly oversampled: number;
    /** Whether the columns are in the order of their times; false where that was not asked for. */
    readonly isByTime: boolean;
    /** Comparisons without a time; 0 where nobody asked for times. */
    readonly withoutTime: number;
  } {
    const length = this.#length;
    const inFileOrder = this.#columns();
    const atMs = this.#atMs?.subarray(0, length) ?? new Float64Array();
    const withoutTime = atMs.reduce((count, time) => count + Number(Number.isNaN(time)), 0);
    const ordered = atMs.length === 0 || withoutTime > 0 ? null : orderByTime(inFileOrder, atMs);
    return {
      columns: ordered ?? inFileOrder,
      filtered: this.#filtered,
      refused: this.#refused,
      refusedByReason: this.#reasons,
      leftOutByReason: this.#leftOut,
      oversampled: this.#oversampled,
      isByTime: ordered !== null,
      withoutTime,
    };
  }

  #columns(): ComparisonColumns {
    const length = this.#length;
    return {
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
      ...(this.#style === null ? {} : { style: this.#styleColumns(this.#style) }),
    };
  }

  #styleColumns({ a, b }: BySlot<ReadonlyMap<StyleCount, NarrowCounts>>): BySlot<StyleColumns> {
    const side = (counts: ReadonlyMap<StyleCount, NarrowCounts>): StyleColumns =>
      Object.fromEntries([...counts].map(([count, column]) => [count, column.taken(this.#length)]));
    return { a: side(a), b: side(b) };
  }

  #widenModels(): void {
    this.#a = Int32Array.from(this.#a);
    this.#b = Int32Array.from(this.#b);
  }

  #resize(size: number): void {
    this.#outcome = resized(this.#outcome, new Uint8Array(size));
    if (this.#weight !== null) this.#weight = resized(this.#weight, new Float64Array(size));
    if (this.#shareA !== null) this.#shareA = resized(this.#shareA, new Float64Array(size));
    if (this.#atMs !== null) this.#atMs = resized(this.#atMs, new Float64Array(size));
    if (this.#rater !== null) this.#rater = resized(this.#rater, new Int32Array(size));
    if (this.#prompt !== null) this.#prompt = resized(this.#prompt, new Int32Array(size));
    const models = () => (this.#a instanceof Uint16Array ? new Uint16Array(size) : new Int32Array(size));
    this.#a = resized(this.#a, models());
    this.#b = resized(this.#b, models());
    for (const counts of [this.#style?.a, this.#style?.b])
      for (const column of counts?.values() ?? []) column.resize(size);
  }
}

function resized<Column extends Uint8Array | Uint16Array | Int32Array | Float64Array>(
  column: Column,
  empty: Column,
): Column {
  empty.set(column);
  return empty;
}

function codeOf(codes: Map<string, number>, name: string): number {
  const known = codes.get(name);
  if (known !== undefined) return known;
  codes.set(name, codes.size);
  return codes.size - 1;
}

function writeCounts(
  into: ReadonlyMap<StyleCount, NarrowCounts>,
  at: number,
  counts: StyleCounts | undefined,
): void {
  for (const [count, column] of into) column.set(at, counts?.[count] ?? Number.NaN);
}
