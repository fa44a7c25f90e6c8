import type { BoardQuery } from '@agon/contract';
import type { ComparisonColumns, ComparisonSource, RatingSettings } from '@agon/domain';
import { ClusterCounter, clusterToCount, PairCounter, type PairTable, tabulate } from '@agon/rating';
import { type CampaignComparisons, type ComparisonBlock, GONE } from '../ports/comparison-store.ts';
import { changesSince, endOfChanges } from './changes-since.ts';
import { ModelNumbers } from './model-numbers.ts';
import { RowBatch } from './row-batch.ts';

export type ComparisonFilter = Pick<BoardQuery, 'category' | 'language' | 'turn' | 'judge'>;

/** Codes of a filter; -1 asks for what nobody has. */
type FilterCodes = {
  readonly category: number | null;
  readonly language: number | null;
  readonly turn: number | null;
  readonly rater: number | null;
};

/** Counts by cluster that are kept at a time, the last ones asked for: up to 8 bytes a row each. */
const MAX_CLUSTERINGS = 2;
/** Rows that are looked at before they are counted. */
const BATCH = 65_536;

/**
 * The comparisons of one source that a filter lets through, as columns and as counts of pairs. Models are numbered in
 * the order in which these rows name them. Rows that were added or changed cost their own number.
 */
export class ComparisonView {
  readonly source: ComparisonSource;
  readonly #filter: ComparisonFilter;
  #block: ComparisonBlock | null = null;
  #names: CampaignComparisons | null = null;
  #seen = 0;
  /** Changes of rows that are counted in. */
  #applied = 0;
  #length = 0;
  #models = new ModelNumbers();
  #counter = new PairCounter(0);
  /** By kind of cluster and policy; least recently asked for first. */
  #clusters = new Map<string, { readonly kind: 'rater' | 'prompt'; readonly counter: ClusterCounter }>();
  #excluded = new Map<number, number>();
  /** Rows by rater. */
  #ofRater = new Int32Array(0);
  #raters = 0;
  /** Where the rows lie, found when first asked for; null where every row of the block is one. */
  #places: Uint32Array | null | undefined;

  constructor(source: ComparisonSource, filter: ComparisonFilter) {
    this.source = source;
    this.#filter = filter;
  }

  /** Rows that count. */
  get length(): number {
    return this.#length;
  }

  get models(): readonly string[] {
    return this.#models.codes.map((code) => this.#block!.models[code]!);
  }

  /** Pairs of `models`, by outcome; they say everything where the view is `plain`. */
  get counter(): PairCounter {
    return this.#counter;
  }

  /** The same by cluster; null where these settings need none, or more than counts. */
  clusters(settings: RatingSettings): ClusterCounter | null {
    const kind = clusterToCount(settings);
    if (kind === null || !ClusterCounter.suits(this.#models.codes.length)) return null;
    const key = `${kind}/${settings.ties}/${settings.bothBad}`;
    let known = this.#clusters.get(key);
    if (known === undefined) {
      known = { kind, counter: new ClusterCounter(settings) };
      const { a, b, outcome, [kind]: cluster } = this.columns();
      known.counter.add({ a, b, outcome, cluster: cluster! });
    }
    this.#clusters.delete(key);
    this.#clusters.set(key, known);
    if (this.#clusters.size > MAX_CLUSTERINGS) this.#clusters.delete(this.#clusters.keys().next().value!);
    return known.counter;
  }

  /** Different voters or judges of these rows. */
  get raters(): number {
    return this.#raters;
  }

  /** How many rows were left out for a reason of their own. */
  get excluded(): ReadonlyMap<string, number> {
    const counted = [...this.#excluded].filter(([, count]) => count > 0);
    return new Map(counted.map(([reason, count]) => [this.#names!.reasons[reason - 1]!, count]));
  }

  /** Whether counts of pairs say everything: no row has a weight or a share of its own. */
  get plain(): boolean {
    return this.#block?.shareA === null && this.#block.weight === null;
  }

  /** Pairs of `models` with their weights. */
  table(settings: Pick<RatingSettings, 'ties' | 'bothBad'>): PairTable {
    return this.plain ? this.#counter.tally(settings).table : tabulate(this.columns(), settings);
  }

  /** Places of the rows in their block, in order. */
  *places(): Iterable<number> {
    const places = this.#find();
    for (let at = 0; at < this.#length; at += 1) yield places === null ? at : places[at]!;
  }

  update(comparisons: CampaignComparisons): void {
    const block = comparisons[this.source];
    const before = this.#block;
    this.#block = block;
    this.#names = comparisons;
    const goesOn = before?.rewritten === block.rewritten && block.length >= this.#seen;
    if (goesOn && block.length === this.#seen && this.#applied === endOfChanges(block)) return;
    this.#places = undefined;
    const codes = this.#codesOf(comparisons);
    if (!goesOn || !this.#applyChanges(block, codes)) this.#restart();
    this.#applied = endOfChanges(block);
    this.#append(block, codes);
  }

  /** What a fit reads; names of raters only for judges, of whom a model may be kin. */
  columns(): ComparisonColumns {
    const block = this.#block!;
    const { raters } = this.#names!;
    const { shareA, weight } = block;
    return {
      length: this.#length,
      models: this.models,
      a: this.#models.renumber(this.#gather(block.a)),
      b: this.#models.renumber(this.#gather(block.b)),
      outcome: this.#gather(block.outcome),
      rater: this.#gather(block.rater),
      prompt: this.#gather(block.prompt),
      ...(shareA === null ? {} : { shareA: this.#gather(shareA) }),
      ...(weight === null ? {} : { weight: this.#gather(weight) }),
      ...(this.source === 'people'
        ? {}
        : { raters: Array.from({ length: raters.judges.size }, (_, code) => raters.judges.nameOf(code)) }),
    };
  }

  /** Turns that each row showed; 0: all. */
  turns(): Uint16Array {
    return this.#gather(this.#block!.turn);
  }

  /** When each row was made, ms since 1970; NaN where it is not known. */
  times(): Float64Array {
    return this.#gather(this.#block!.atMs);
  }

  /** @returns false where all must be counted again: changes that are not listed, or models in another order */
  #applyChanges(block: ComparisonBlock, codes: FilterCodes): boolean {
    const changes = changesSince(block, this.#applied);
    if (changes === null) return false;
    const [gone, come] = [new RowBatch(), new RowBatch()];
    for (const { row, before, after } of changes) {
      // rows that were not seen yet are counted as they are now
      if (row >= this.#seen || !passes(block, row, codes)) continue;
      if (before.excluded === 0) {
        if (this.#models.isFirst(block, row)) return false;
        gone.push(row, before.outcome);
        this.#countRater(block.rater[row]!, -1);
      } else this.#countExcluded(before.excluded, -1);
      if (after.excluded === 0) {
        if (!this.#models.isLater(block, row)) return false;
        come.push(row, after.outcome);
        this.#countRater(block.rater[row]!, 1);
      } else this.#countExcluded(after.excluded, 1);
    }
    this.#length += come.length - gone.length;
    for (const { kind, counter } of this.#clusters.values()) {
      counter.add(come.chunk(block, this.#models, kind));
      counter.remove(gone.chunk(block, this.#models, kind));
    }
    this.#counter.add(come.chunk(block, this.#models, 'rater'));
    this.#counter.remove(gone.chunk(block, this.#models, 'rater'));
    return true;
  }

  #append(block: ComparisonBlock, codes: FilterCodes): void {
    for (let from = this.#seen; from < block.length; from += BATCH) {
      this.#appendBatch(block, codes, from, Math.min(from + BATCH, block.length));
    }
    this.#seen = block.length;
  }

  #appendBatch(block: ComparisonBlock, codes: FilterCodes, from: number, to: number): void {
    const { excluded, outcome } = block;
    const rows = new RowBatch();
    for (let row = from; row < to; row += 1) {
      if (!passes(block, row, codes)) continue;
      const reason = excluded[row]!;
      if (reason !== 0) this.#countExcluded(reason, 1);
      else {
        this.#models.meet(block, row);
        this.#countRater(block.rater[row]!, 1);
        rows.push(row, outcome[row]!);
      }
    }
    this.#length += rows.length;
    this.#counter.grow(this.#models.codes.length);
    this.#counter.add(rows.chunk(block, this.#models, 'rater'));
    for (const { kind, counter } of this.#clusters.values()) {
      counter.add(rows.chunk(block, this.#models, kind));
    }
  }

  #find(): Uint32Array | null {
    if (this.#places !== undefined) return this.#places;
    const block = this.#block!;
    this.#places = this.#length === block.length ? null : new Uint32Array(this.#length);
    if (this.#places !== null) {
      const codes = this.#codesOf(this.#names!);
      let at = 0;
      for (let row = 0; row < block.length; row += 1) {
        if (block.excluded[row] !== 0 || !passes(block, row, codes)) continue;
        this.#places[at] = row;
        at += 1;
      }
    }
    return this.#places;
  }

  /** A column of these rows. */
  #gather<Column extends Int32Array | Float64Array | Uint16Array | Uint8Array>(column: Column): Column {
    const places = this.#find();
    if (places === null) return column.subarray(0, this.#length) as Column;
    const gathered = new (column.constructor as new (length: number) => Column)(this.#length);
    for (let at = 0; at < this.#length; at += 1) gathered[at] = column[places[at]!]!;
    return gathered;
  }

  #countExcluded(reason: number, change: 1 | -1): void {
    if (reason !== GONE) this.#excluded.set(reason, (this.#excluded.get(reason) ?? 0) + change);
  }

  #countRater(rater: number, change: 1 | -1): void {
    if (rater < 0) return;
    if (rater >= this.#ofRater.length) {
      const wider = new Int32Array(Math.max(256, 2 * this.#ofRater.length, rater + 1));
      wider.set(this.#ofRater);
      this.#ofRater = wider;
    }
    const before = this.#ofRater[rater]!;
    this.#ofRater[rater] = before + change;
    if (before === 0) this.#raters += 1;
    else if (before + change === 0) this.#raters -= 1;
  }

  #restart(): void {
    this.#seen = 0;
    this.#length = 0;
    this.#models = new ModelNumbers();
    this.#counter = new PairCounter(0);
    this.#clusters = new Map();
    this.#excluded = new Map();
    this.#ofRater = new Int32Array(0);
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

function passes(
  { category, language, turn, rater }: ComparisonBlock,
  row: number,
  codes: FilterCodes,
): boolean {
  return (
    (codes.category === null || category[row] === codes.category) &&
    (codes.language === null || language[row] === codes.language) &&
    (codes.turn === null || turn[row] === codes.turn) &&
    (codes.rater === null || rater[row] === codes.rater)
  );
}
