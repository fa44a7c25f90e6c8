import { OUTCOME_CODES } from '@agon/domain';

/**
 * Sufficient statistics of a batch fit: one cell per pair of models that met, in order of first meeting.
 * In a cell low < high are the models' codes, and everything is told from low's side.
 */
export type PairTable = {
  readonly models: number;
  readonly cells: number;
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Comparisons, unweighted. */
  readonly count: Float64Array;
  /** Weighted counts by outcome. */
  readonly wins: Float64Array;
  readonly ties: Float64Array;
  readonly losses: Float64Array;
  /** Σ w and Σ w y, with y the share of the point that low got. */
  readonly weight: Float64Array;
  readonly points: Float64Array;
  /** Σ w², Σ w² y, Σ w² y²: what the sandwich needs of independent votes. */
  readonly square: Float64Array;
  readonly squarePoints: Float64Array;
  readonly squarePoints2: Float64Array;
  /** Every weight is 1 and every share is 1, 1/2 or 0 as the outcome says: the counts are then the whole data. */
  readonly plain: boolean;
};

/** The part of a table that ratings are fitted from. */
export type FittedPairs = Pick<PairTable, 'models' | 'cells' | 'low' | 'high' | 'weight' | 'points'>;

/** Up to this many models a flat index of all pairs (8 MB) is quicker than a map. */
const FLAT_MODELS = 2048;

/** Collects a pair table, one comparison at a time; memory grows with the pairs, not with the comparisons. */
export class PairTableBuilder {
  readonly #models: number;
  readonly #cellOf: (low: number, high: number) => number;
  readonly #low: number[] = [];
  readonly #high: number[] = [];
  readonly #sums: number[] = [];
  #plain = true;

  constructor(models: number) {
    this.#models = models;
    this.#cellOf = models <= FLAT_MODELS ? this.#flatIndex() : this.#mapIndex();
  }

  /** `points`: share of slot a, 0..1; `kind`: outcome code a, b or tie. Returns the cell. */
  add(a: number, b: number, points: number, weight: number, kind: number): number {
    const straight = a < b;
    const cell = straight ? this.#cellOf(a, b) : this.#cellOf(b, a);
    const y = straight ? points : 1 - points;
    const at = cell * FIELDS;
    const sums = this.#sums;
    const slot = kind === OUTCOME_CODES.tie ? 1 : (kind === OUTCOME_CODES.a) === straight ? 0 : 2;
    sums[at + slot]! += weight;
    sums[at + 3]! += weight;
    sums[at + 4]! += weight * y;
    const square = weight * weight;
    sums[at + 5]! += square;
    sums[at + 6]! += square * y;
    sums[at + 7]! += square * y * y;
    sums[at + 8]! += 1;
    if (weight !== 1 || points !== PLAIN_POINTS[kind]) this.#plain = false;
    return cell;
  }

  build(): PairTable {
    const cells = this.#low.length;
    const field = (offset: number): Float64Array =>
      Float64Array.from({ length: cells }, (_, cell) => this.#sums[cell * FIELDS + offset]!);
    return {
      models: this.#models,
      cells,
      low: Int32Array.from(this.#low),
      high: Int32Array.from(this.#high),
      count: field(8),
      wins: field(0),
      ties: field(1),
      losses: field(2),
      weight: field(3),
      points: field(4),
      square: field(5),
      squarePoints: field(6),
      squarePoints2: field(7),
      plain: this.#plain,
    };
  }

  #newCell(low: number, high: number): number {
    for (let i = 0; i < FIELDS; i += 1) this.#sums.push(0);
    this.#high.push(high);
    return this.#low.push(low) - 1;
  }

  #flatIndex(): (low: number, high: number) => number {
    const index = new Int32Array((this.#models * (this.#models - 1)) / 2).fill(-1);
    return (low, high) => {
      const at = (high * (high - 1)) / 2 + low;
      let cell = index[at]!;
      if (cell < 0) {
        cell = this.#newCell(low, high);
        index[at] = cell;
      }
      return cell;
    };
  }

  #mapIndex(): (low: number, high: number) => number {
    const index = new Map<number, number>();
    return (low, high) => {
      const key = high * this.#models + low;
      let cell = index.get(key);
      if (cell === undefined) {
        cell = this.#newCell(low, high);
        index.set(key, cell);
      }
      return cell;
    };
  }
}

const FIELDS = 9;
/** Share of the point by outcome code a, b, tie. */
export const PLAIN_POINTS = [1, 0, 0.5] as const;

/** Comparisons in all cells, unweighted. */
export function countComparisons({ cells, count }: PairTable): number {
  let sum = 0;
  for (let cell = 0; cell < cells; cell += 1) sum += count[cell]!;
  return sum;
}

/** The cells between models of one group, with models renumbered 0 .. group.length - 1 in the group's order. */
export function sliceTable(table: PairTable, group: readonly number[]): PairTable {
  // groups are ascending: all models are the table as it is
  if (group.length === table.models) return table;
  const place = new Int32Array(table.models).fill(-1);
  group.forEach((model, i) => {
    place[model] = i;
  });
  const kept: number[] = [];
  for (let cell = 0; cell < table.cells; cell += 1) {
    if (place[table.low[cell]!]! >= 0 && place[table.high[cell]!]! >= 0) kept.push(cell);
  }
  const pick = (values: Float64Array): Float64Array => Float64Array.from(kept, (cell) => values[cell]!);
  // groups are ascending, so low stays low
  return {
    models: group.length,
    cells: kept.length,
    low: Int32Array.from(kept, (cell) => place[table.low[cell]!]!),
    high: Int32Array.from(kept, (cell) => place[table.high[cell]!]!),
    count: pick(table.count),
    wins: pick(table.wins),
    ties: pick(table.ties),
    losses: pick(table.losses),
    weight: pick(table.weight),
    points: pick(table.points),
    square: pick(table.square),
    squarePoints: pick(table.squarePoints),
    squarePoints2: pick(table.squarePoints2),
    plain: table.plain,
  };
}
