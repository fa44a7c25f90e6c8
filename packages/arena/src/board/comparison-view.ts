import type { BoardQuery } from '@agon/contract';
import type { ComparisonColumns, ComparisonSource } from '@agon/domain';
import { PairCounter } from '@agon/rating';
import type { CampaignComparisons, ComparisonBlock } from '../ports/comparison-store.ts';

export type ComparisonFilter = Pick<BoardQuery, 'category' | 'language' | 'turn' | 'judge'>;

/** Codes of a filter; -1 asks for what nobody has. */
type FilterCodes = {
  readonly category: number | null;
  readonly language: number | null;
  readonly turn: number | null;
  readonly rater: number | null;
};

/**
 * The comparisons of one source that a filter lets through, as columns and as counts of pairs. Models are numbered in
 * the order in which these rows name them. Rows that were added cost their own number; a row that changed, all.
 */
export class ComparisonView {
  readonly source: ComparisonSource;
  readonly #filter: ComparisonFilter;
  #block: ComparisonBlock | null = null;
  #names: CampaignComparisons | null = null;
  #seen = 0;
  #kept = new KeptRows();
  #counter = new PairCounter(0);
  #excluded = new Map<number, number>();
  #isRater = new Uint8Array(0);
  #raters = 0;

  constructor(source: ComparisonSource, filter: ComparisonFilter) {
    this.source = source;
    this.#filter = filter;
  }

  /** Rows that count. */
  get length(): number {
    return this.#kept.length;
  }

  get models(): readonly string[] {
    return this.#kept.models.map((code) => this.#block!.models[code]!);
  }

  /** Pairs of `models`, by outcome. */
  get counter(): PairCounter {
    return this.#counter;
  }

  /** Different voters or judges of these rows. */
  get raters(): number {
    return this.#raters;
  }

  /** How many rows were left out for a reason of their own. */
  get excluded(): ReadonlyMap<string, number> {
    return new Map([...this.#excluded].map(([reason, count]) => [this.#names!.reasons[reason - 1]!, count]));
  }

  /** Whether counts of pairs say everything: no row has a share of its own. */
  get plain(): boolean {
    return this.#block?.shareA === null;
  }

  /** Places of the rows in their block, in order. */
  *places(): Iterable<number> {
    for (let at = 0; at < this.#kept.length; at += 1) yield this.#kept.placeOf(at);
  }

  update(comparisons: CampaignComparisons): void {
    const block = comparisons[this.source];
    const before = this.#block;
    if (before?.rewritten !== block.rewritten || block.length < this.#seen) this.#restart();
    this.#block = block;
    this.#names = comparisons;
    const from = this.#kept.length;
    const codes = this.#codesOf(comparisons);
    const { category, language, turn, rater, excluded } = block;
    for (let row = this.#seen; row < block.length; row += 1) {
      if (codes.category !== null && category[row] !== codes.category) continue;
      if (codes.language !== null && language[row] !== codes.language) continue;
      if (codes.turn !== null && turn[row] !== codes.turn) continue;
      if (codes.rater !== null && rater[row] !== codes.rater) continue;
      const reason = excluded[row]!;
      if (reason === 0) this.#keep(block, row);
      else this.#excluded.set(reason, (this.#excluded.get(reason) ?? 0) + 1);
    }
    this.#seen = block.length;
    const { a, b, outcome } = this.#kept.codes(block);
    this.#counter.grow(this.#kept.models.length);
    this.#counter.add({ a, b, outcome, from, to: this.#kept.length });
  }

  /** What a fit reads; names of raters only for judges, of whom a model may be kin. */
  columns(): ComparisonColumns {
    const block = this.#block!;
    const kept = this.#kept;
    const { raters } = this.#names!;
    const { shareA } = block;
    return {
      length: kept.length,
      models: this.models,
      ...kept.codes(block),
      rater: kept.gather(block.rater),
      prompt: kept.gather(block.prompt),
      ...(shareA === null ? {} : { shareA: kept.gather(shareA) }),
      ...(this.source === 'people'
        ? {}
        : { raters: Array.from({ length: raters.judges.size }, (_, code) => raters.judges.nameOf(code)) }),
    };
  }

  /** Turns that each row showed; 0: all. */
  turns(): Uint16Array {
    return this.#kept.gather(this.#block!.turn);
  }

  #keep(block: ComparisonBlock, row: number): void {
    this.#kept.add(block, row);
    const rater = block.rater[row]!;
    if (rater >= this.#isRater.length) {
      const wider = new Uint8Array(Math.max(256, 2 * this.#isRater.length, rater + 1));
      wider.set(this.#isRater);
      this.#isRater = wider;
    }
    if (this.#isRater[rater] === 0) {
      this.#isRater[rater] = 1;
      this.#raters += 1;
    }
  }

  #restart(): void {
    this.#seen = 0;
    this.#kept = new KeptRows();
    this.#counter = new PairCounter(0);
    this.#excluded = new Map();
    this.#isRater = new Uint8Array(0);
    this.#raters = 0;
  }

  #codesOf({ categories, languages, raters }: CampaignComparisons): FilterCodes {
    const { category, language, turn, judge } = this.#filter;
    const placeIn = (names: readonly string[], name: string) => {
      const at = names.indexOf(name);
      return at < 0 ? -1 : at + 1;
    };
    let rater: number | null = null;
    if (this.source === 'judges' && judge !== undefined) {
      rater = -1;
      for (let code = 0; code < raters.judges.size; code += 1)
        if (raters.judges.nameOf(code) === judge) rater = code;
    }
    return {
      category: category === undefined ? null : placeIn(categories, category),
      language: language === undefined ? null : placeIn(languages, language),
      turn: turn ?? null,
      rater,
    };
  }
}

/** Which rows of a block are kept, and their models renumbered. While all are, and in order, the block's columns serve. */
class KeptRows {
  length = 0;
  /** The block's codes, by the number they have here. */
  readonly models: number[] = [];
  #numberOf: number[] = [];
  /** Null while every row so far was kept: then places and numbers are the block's own. */
  #places: Uint32Array | null = null;
  #a = new Uint16Array(0);
  #b = new Uint16Array(0);
  #outcome = new Uint8Array(0);

  placeOf(at: number): number {
    return this.#places === null ? at : this.#places[at]!;
  }

  add(block: ComparisonBlock, row: number): void {
    if (this.#places === null && row !== this.length) this.#separate(block);
    const [a, b] = [this.#number(block.a[row]!), this.#number(block.b[row]!)];
    const at = this.length;
    this.length += 1;
    if (this.#places === null) return;
    if (at >= this.#places.length) this.#grow(2 * at + 1024);
    this.#places[at] = row;
    this.#a[at] = a;
    this.#b[at] = b;
    this.#outcome[at] = block.outcome[row]!;
  }

  codes(block: ComparisonBlock): Pick<ComparisonColumns, 'a' | 'b' | 'outcome'> {
    const own = this.#places === null ? block : { a: this.#a, b: this.#b, outcome: this.#outcome };
    return {
      a: own.a.subarray(0, this.length),
      b: own.b.subarray(0, this.length),
      outcome: own.outcome.subarray(0, this.length),
    };
  }

  /** Another column of these rows. */
  gather<Column extends Int32Array | Float64Array | Uint16Array>(column: Column): Column {
    const places = this.#places;
    if (places === null) return column.subarray(0, this.length) as Column;
    const gathered = new (column.constructor as new (length: number) => Column)(this.length);
    for (let at = 0; at < this.length; at += 1) gathered[at] = column[places[at]!]!;
    return gathered;
  }

  #number(code: number): number {
    let number = this.#numberOf[code];
    if (number === undefined) {
      number = this.models.push(code) - 1;
      this.#numberOf[code] = number;
    }
    return number;
  }

  #separate(block: ComparisonBlock): void {
    this.#places = new Uint32Array(0);
    this.#grow(Math.max(1024, 2 * this.length));
    for (let at = 0; at < this.length; at += 1) this.#places[at] = at;
    this.#a.set(block.a.subarray(0, this.length));
    this.#b.set(block.b.subarray(0, this.length));
    this.#outcome.set(block.outcome.subarray(0, this.length));
  }

  #grow(room: number): void {
    const wider = <C extends Uint32Array | Uint16Array | Uint8Array>(column: C): C => {
      const grown = new (column.constructor as new (length: number) => C)(room);
      grown.set(column);
      return grown;
    };
    this.#places = wider(this.#places!);
    this.#a = wider(this.#a);
    this.#b = wider(this.#b);
    this.#outcome = wider(this.#outcome);
  }
}
