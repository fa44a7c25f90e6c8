import { OUTCOME_CODES, type RatingSettings } from '@agon/domain';
import { countRows } from './count-rows.ts';
import { type CodeColumn, type CountedRows, SLOTS } from './counted-rows.ts';
import type { PairTable } from './pair-table.ts';
import type { ExcludedCount } from './scan-comparisons.ts';
import type { Tally } from './tally.ts';

/** Some rows of columns of codes. */
export type ComparisonChunk = {
  readonly a: CodeColumn;
  readonly b: CodeColumn;
  readonly outcome: CodeColumn;
  /** Rows `from` .. `to` − 1; all where absent. */
  readonly from?: number;
  readonly to?: number;
  /** From a code of `a` (of `b`) to the model's number, −1 where the code names none. Absent: the code is the number. */
  readonly modelOfA?: Int32Array;
  readonly modelOfB?: Int32Array;
  /** From a code of `outcome` to `OUTCOME_CODES`, −1 where it is none. Absent: the code is the outcome's. */
  readonly outcomeOf?: Int32Array;
};

/** Up to this many models every pair has its place (33 MB at the limit); beyond, only pairs that met. */
const FLAT_MODELS = 2048;

/**
 * Counts comparisons of weight 1 into pairs, chunk by chunk, and keeps nothing else: memory grows with the pairs, and a
 * tally costs the same whatever was counted. Ties and both-bad are counted apart, so one counter serves every policy.
 */
export class PairCounter {
  #models: number;
  #counts: Uint32Array;
  /** Place of a pair in `#counts` where there are too many models for all; null while every pair has its place. */
  #places: Map<number, number> | null;
  #read = 0;
  /**
   * Where the last fit of these counts ended, logits by model (NaN for none): `fitCounts` begins there and writes it. A
   * hint, no result: ratings of the same counts differ by less than 1e-9 Elo points whatever it says.
   */
  start: Float64Array | null = null;
  readonly #refused = { outcome: 0, model: 0, same: 0 };
  /** The last tally, until a count changes. */
  #told: { readonly ties: string; readonly bothBad: string; readonly tally: Tally } | null = null;

  /** `models`: how many; codes below it are valid. */
  constructor(models: number) {
    this.#models = models;
    this.#places = models > FLAT_MODELS ? new Map() : null;
    this.#counts = new Uint32Array(models > FLAT_MODELS ? 1024 : pairIndex(0, models) * SLOTS);
  }

  /** Rows seen so far, refused ones among them. */
  get read(): number {
    return this.#read;
  }

  get models(): number {
    return this.#models;
  }

  /** Makes room for more models; what was counted stays. */
  grow(models: number): void {
    if (models <= this.#models) return;
    this.#told = null;
    this.#models = models;
    if (this.#places !== null) return;
    if (models <= FLAT_MODELS) {
      // room to double, so that models that arrive one by one do not copy each time
      const room = Math.min(FLAT_MODELS, Math.max(models, 2 * models));
      if (pairIndex(0, models) * SLOTS > this.#counts.length) {
        const counts = new Uint32Array(pairIndex(0, room) * SLOTS);
        counts.set(this.#counts);
        this.#counts = counts;
      }
      return;
    }
    const dense = this.#counts;
    this.#places = new Map();
    this.#counts = new Uint32Array(1024);
    for (let at = 0; at < dense.length; at += 1) {
      if (dense[at]! > 0) this.#counts[this.#placeOf(Math.floor(at / SLOTS)) + (at % SLOTS)] = dense[at]!;
    }
  }

  add(chunk: ComparisonChunk): void {
    const rows = rowsOf(chunk);
    this.#told = null;
    this.#read += rows.to - rows.from;
    if (this.#places === null) countRows(rows, this.#models, this.#counts, this.#refused);
    else this.#countReference(rows, 1);
  }

  /** Takes rows off that were added before: what is left is as if they had never come. */
  remove(chunk: ComparisonChunk): void {
    const rows = rowsOf(chunk);
    this.#told = null;
    this.#read -= rows.to - rows.from;
    this.#countReference(rows, -1);
  }

  /**
   * What a fit needs, under the tie policies. Cells come in the order of their models: by the higher code, then the lower.
   * The next caller may be given the same arrays.
   */
  tally({ ties, bothBad }: Pick<RatingSettings, 'ties' | 'bothBad'>): Tally {
    if (this.#told?.ties !== ties || this.#told.bothBad !== bothBad) {
      this.#told = { ties, bothBad, tally: this.#tally({ ties, bothBad }) };
    }
    return this.#told.tally;
  }

  #tally(settings: Pick<RatingSettings, 'ties' | 'bothBad'>): Tally {
    const m = this.#models;
    const wins = new Int32Array(m);
    const losses = new Int32Array(m);
    const ties = new Int32Array(m);
    const cells = this.#cells();
    const size = cells.at.length;
    // kept cells move forward in their own arrays
    const { low, high } = cells;
    const won = new Float64Array(size);
    const tied = new Float64Array(size);
    const lost = new Float64Array(size);
    const weight = new Float64Array(size);
    const points = new Float64Array(size);
    const squarePoints2 = new Float64Array(size);
    const keepTies = settings.ties !== 'drop';
    const keepBothBad = settings.bothBad !== 'drop';
    let kept = 0;
    let used = 0;
    let droppedTies = 0;
    let droppedBothBad = 0;
    for (let cell = 0; cell < size; cell += 1) {
      const i = low[cell]!;
      const j = high[cell]!;
      const at = cells.at[cell]!;
      const w = this.#counts[at]!;
      const l = this.#counts[at + 1]!;
      const equal = this.#counts[at + 2]!;
      const bothBad = this.#counts[at + 3]!;
      if (!keepBothBad) droppedBothBad += bothBad;
      if (!keepTies) droppedTies += equal + (keepBothBad ? bothBad : 0);
      const t = keepTies ? equal + (keepBothBad ? bothBad : 0) : 0;
      const n = w + t + l;
      if (n === 0) continue;
      low[kept] = i;
      high[kept] = j;
      won[kept] = w;
      tied[kept] = t;
      lost[kept] = l;
      weight[kept] = n;
      points[kept] = w + t / 2;
      squarePoints2[kept] = w + t / 4;
      kept += 1;
      used += n;
      wins[i]! += w;
      losses[j]! += w;
      wins[j]! += l;
      losses[i]! += l;
      ties[i]! += t;
      ties[j]! += t;
    }
    const first = <T extends Int32Array | Float64Array>(values: T): T => values.subarray(0, kept) as T;
    const table: PairTable = {
      models: m,
      cells: kept,
      low: first(low),
      high: first(high),
      count: first(weight),
      wins: first(won),
      ties: first(tied),
      losses: first(lost),
      weight: first(weight),
      points: first(points),
      square: first(weight),
      squarePoints: first(points),
      squarePoints2: first(squarePoints2),
      plain: true,
    };
    const excluded: ExcludedCount[] = [
      { reason: 'tie', count: droppedTies },
      { reason: 'both_bad', count: droppedBothBad },
      { reason: 'same_model', count: this.#refused.same },
      { reason: 'invalid_outcome', count: this.#refused.outcome },
      { reason: 'invalid_model', count: this.#refused.model },
    ].filter(({ count }) => count > 0);
    return { table, used, excluded, wins, losses, ties };
  }

  /** Pairs with a count, and where it starts. */
  #cells(): { readonly low: Int32Array; readonly high: Int32Array; readonly at: Int32Array } {
    const counts = this.#counts;
    if (this.#places !== null) {
      const places = [...this.#places].sort((x, y) => x[0] - y[0]);
      const pairs = places.map(([pair]) => pairOf(pair));
      return {
        low: Int32Array.from(pairs, ({ low }) => low),
        high: Int32Array.from(pairs, ({ high }) => high),
        at: Int32Array.from(places, ([, at]) => at),
      };
    }
    const room = pairIndex(0, this.#models);
    const low = new Int32Array(room);
    const high = new Int32Array(room);
    const at = new Int32Array(room);
    let cells = 0;
    let place = 0;
    for (let j = 1; j < this.#models; j += 1) {
      for (let i = 0; i < j; i += 1) {
        if ((counts[place]! | counts[place + 1]! | counts[place + 2]! | counts[place + 3]!) !== 0) {
          low[cells] = i;
          high[cells] = j;
          at[cells] = place;
          cells += 1;
        }
        place += SLOTS;
      }
    }
    return { low: low.subarray(0, cells), high: high.subarray(0, cells), at: at.subarray(0, cells) };
  }

  #placeOf(pair: number): number {
    const places = this.#places!;
    let at = places.get(pair);
    if (at === undefined) {
      at = places.size * SLOTS;
      places.set(pair, at);
      if (at >= this.#counts.length) {
        const counts = new Uint32Array(2 * this.#counts.length);
        counts.set(this.#counts);
        this.#counts = counts;
      }
    }
    return at;
  }

  #countReference(rows: CountedRows, change: 1 | -1): void {
    const { a, b, outcome, from, to, modelOfA, modelOfB, outcomeOf } = rows;
    for (let row = from; row < to; row += 1) {
      const i = modelOfA === null ? a[row]! : (modelOfA[a[row]!] ?? -1);
      const j = modelOfB === null ? b[row]! : (modelOfB[b[row]!] ?? -1);
      const kind = outcomeOf === null ? outcome[row]! : (outcomeOf[outcome[row]!] ?? -1);
      if (kind < 0 || kind > OUTCOME_CODES.both_bad) this.#refused.outcome += change;
      else if (i < 0 || j < 0 || i >= this.#models || j >= this.#models) this.#refused.model += change;
      else if (i === j) this.#refused.same += change;
      else {
        const straight = i < j;
        const pair = straight ? pairIndex(i, j) : pairIndex(j, i);
        const at = this.#places === null ? pair * SLOTS : this.#placeOf(pair);
        const slot = straight || kind >= OUTCOME_CODES.tie ? kind : 1 - kind;
        this.#counts[at + slot]! += change;
      }
    }
  }
}

function rowsOf(chunk: ComparisonChunk): CountedRows {
  return {
    a: chunk.a,
    b: chunk.b,
    outcome: chunk.outcome,
    from: chunk.from ?? 0,
    to: chunk.to ?? chunk.a.length,
    modelOfA: chunk.modelOfA ?? null,
    modelOfB: chunk.modelOfB ?? null,
    outcomeOf: chunk.outcomeOf ?? null,
  };
}

/** Place of the pair i < j; it does not depend on how many models there are. */
function pairIndex(i: number, j: number): number {
  return (j * (j - 1)) / 2 + i;
}

function pairOf(pair: number): { low: number; high: number } {
  let j = Math.floor((1 + Math.sqrt(1 + 8 * pair)) / 2);
  while (pairIndex(0, j) > pair) j -= 1;
  while (pairIndex(0, j + 1) <= pair) j += 1;
  return { low: pair - pairIndex(0, j), high: j };
}
