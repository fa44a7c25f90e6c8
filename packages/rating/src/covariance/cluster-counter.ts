import { OUTCOME_CODES, type RatingSettings } from '@agon/domain';
import { CellsMemory } from '../kernels/cells-memory.ts';
import type { CodeColumn } from '../pairs/counted-rows.ts';
import { mergeIntoCells, orderByCluster, placeOfPair } from './cluster-cells.ts';
import { type ClusterSum, closeClusterSum, closeScores, DENSE_ROWS, denseFrom } from './cluster-sums.ts';
import { sumClusterCells, winProbabilities } from './sum-cluster-cells.ts';

/** Some rows of columns of codes, as in `ComparisonChunk`, each with its cluster from 0, or below 0 where unknown. */
export type ClusteredChunk = {
  readonly a: CodeColumn;
  readonly b: CodeColumn;
  readonly outcome: CodeColumn;
  readonly cluster: Int32Array;
  /** Rows `from` .. `to` − 1; all where absent. */
  readonly from?: number;
  readonly to?: number;
};

type Policy = Pick<RatingSettings, 'ties' | 'bothBad'>;

/** Codes of models are below: every pair has a place (50 MB at the limit) while cells are written. */
const MAX_MODELS = 2048;
/** So many rows are kept by themselves, and an eighth of the cells, before they are merged into cells. */
const LOOSE_ROWS = 16_384;

/**
 * Comparisons of weight 1 counted by cluster and pair under one policy for ties: the sum over clusters that a sandwich
 * needs is then made of pairs, not of comparisons, at any ratings. Rows may come and go; the sum is that of the rows that
 * are there, to rounding. 8 bytes a cell: at most one for each comparison, and for each pair in each cluster.
 */
export class ClusterCounter {
  readonly #policy: Policy;
  #models = 0;
  #clusters = 0;
  readonly #memory = new CellsMemory();
  #loose = new LooseBuffer();
  #unknown = new UnknownRows();

  constructor({ ties, bothBad }: Policy) {
    this.#policy = { ties, bothBad };
  }

  /** Whether so many models can be counted. */
  static suits(models: number): boolean {
    return models <= MAX_MODELS;
  }

  /** Pairs of clusters that are held, and rows beside them: what a sum looks at. */
  get size(): number {
    return this.#memory.cells.pair.length + this.#loose.length;
  }

  add(chunk: ClusteredChunk): void {
    this.#change(chunk, 1);
  }

  /** Takes rows off that were added before. */
  remove(chunk: ClusteredChunk): void {
    this.#change(chunk, -1);
  }

  /**
   * Sum over the clusters of one rated group.
   * @param place from a model's code to its number in the group, ascending, or -1
   * @param theta logits, by number in the group
   */
  sum(place: Int32Array, theta: Float64Array): ClusterSum {
    const m = theta.length;
    const rows = this.#loose;
    const { order, starts } = orderByCluster(rows, this.#clusters);
    const chance = winProbabilities(theta);
    const counted = { memory: this.#memory, rows, order, rowsFrom: starts };
    // fewer than models span no whole covariance: their scores say the same with less work
    const areFew = this.#clusters <= Math.min(DENSE_ROWS, m - 2);
    const most = areFew ? 0 : denseFrom(m);
    const { meat, dense, clusters, largest, rows: used } = sumClusterCells(counted, place, chance, m, most);
    const unknown = this.#unknown.addProducts(meat, place, chance, m);
    if (areFew && unknown === 0) return closeScores(dense.rows(), m, { clusters, largest, rows: used });
    return closeClusterSum(meat, dense.sum(), m, {
      clusters: clusters + unknown,
      largest: Math.max(largest, Math.min(unknown, 1)),
      unknown,
      rows: used + unknown,
    });
  }

  #change({ a, b, outcome, cluster, from = 0, to = a.length }: ClusteredChunk, sign: 1 | -1): void {
    const keepTies = this.#policy.ties !== 'drop';
    const worst = keepTies && this.#policy.bothBad !== 'drop' ? OUTCOME_CODES.both_bad : OUTCOME_CODES.tie;
    const last = keepTies ? worst : OUTCOME_CODES.b;
    this.#loose.reserve(to - from);
    for (let row = from; row < to; row += 1) {
      const [i, j, kind] = [a[row]!, b[row]!, outcome[row]!];
      if (i < 0 || j < 0 || i === j || kind < 0 || kind > last) continue;
      const straight = i < j;
      const pair = straight ? j * 0x10000 + i : i * 0x10000 + j;
      const points2 = kind >= OUTCOME_CODES.tie ? 1 : (kind === OUTCOME_CODES.a) === straight ? 2 : 0;
      if (i >= this.#models) this.#models = i + 1;
      if (j >= this.#models) this.#models = j + 1;
      const code = cluster[row]!;
      if (code < 0) {
        this.#unknown.add(pair, sign, points2);
        continue;
      }
      if (code >= this.#clusters) this.#clusters = code + 1;
      this.#loose.push(code, pair, sign * (1 + points2));
    }
    const { cells } = this.#memory;
    if (this.#loose.length > LOOSE_ROWS + cells.pair.length / 8) {
      this.#memory.hold(mergeIntoCells(cells, this.#loose, this.#clusters, this.#models));
      this.#loose = new LooseBuffer();
    }
  }
}

class LooseBuffer {
  length = 0;
  cluster = new Int32Array(0);
  pair = new Uint32Array(0);
  change = new Int8Array(0);

  reserve(rows: number): void {
    const needed = this.length + rows;
    if (needed <= this.pair.length) return;
    const room = Math.max(needed, 2 * this.pair.length);
    const wider = <C extends Int32Array | Uint32Array | Int8Array>(column: C): C => {
      const grown = new (column.constructor as new (length: number) => C)(room);
      grown.set(column);
      return grown;
    };
    this.cluster = wider(this.cluster);
    this.pair = wider(this.pair);
    this.change = wider(this.change);
  }

  push(cluster: number, pair: number, change: number): void {
    this.cluster[this.length] = cluster;
    this.pair[this.length] = pair;
    this.change[this.length] = change;
    this.length += 1;
  }
}

const FIELDS = 3;

/** Rows that name no cluster are clusters of their own: Σ (y − p)² needs Σ 1, Σ 2y and Σ (2y)² of each pair alone. */
class UnknownRows {
  /** By place of the pair. */
  #sums = new Int32Array(0);
  #models = 0;

  add(pair: number, sign: number, points2: number): void {
    const models = (pair >>> 16) + 1;
    if (models > this.#models) this.#grow(models);
    const at = placeOfPair(pair) * FIELDS;
    this.#sums[at]! += sign;
    this.#sums[at + 1]! += sign * points2;
    this.#sums[at + 2]! += sign * points2 * points2;
  }

  /** Adds them to `meat`. @returns comparisons in the group */
  addProducts(meat: Float64Array, place: Int32Array, chance: Float64Array, m: number): number {
    let rows = 0;
    let at = 0;
    for (let high = 1; high < this.#models; high += 1) {
      const j = place[high]!;
      for (let low = 0; low < high; low += 1, at += FIELDS) {
        const count = this.#sums[at]!;
        const i = place[low]!;
        if (count === 0 || i < 0 || j < 0) continue;
        const p = chance[j * m + i]!;
        const sum = this.#sums[at + 2]! / 4 - p * this.#sums[at + 1]! + p * p * count;
        meat[i * m + i]! += sum;
        meat[j * m + j]! += sum;
        meat[j * m + i]! -= sum;
        rows += count;
      }
    }
    return rows;
  }

  #grow(models: number): void {
    this.#models = models;
    const needed = ((models * (models - 1)) / 2) * FIELDS;
    if (needed <= this.#sums.length) return;
    const room = Math.min(2 * models, MAX_MODELS);
    const grown = new Int32Array(Math.max(needed, ((room * (room - 1)) / 2) * FIELDS));
    grown.set(this.#sums);
    this.#sums = grown;
  }
}
