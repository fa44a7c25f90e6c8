import type { RatingSettings } from '@agon/domain';
import type { SquareMatrix } from '@agon/stats';
import type { ContextualPoint } from './climb-contextual.ts';
import type { ClusterCodes } from './cluster-codes.ts';
import { logistic } from './elo-scale.ts';
import {
  type ContextualBlock,
  type ContextualColumns,
  plainBlock,
  scanContextualRows,
} from './scan-contextual-rows.ts';

/** The comparisons that a fit used, where it stands, and its penalty. */
export type FittedContextual = {
  readonly columns: ContextualColumns;
  readonly settings: Pick<RatingSettings, 'ties' | 'bothBad'>;
  readonly place: Int32Array;
  readonly rows: Int32Array;
  readonly point: ContextualPoint;
  readonly penalty: number;
};

/** Numbers of the rows that count, in order. */
export function listRows(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
): Int32Array {
  const rows = new Int32Array(columns.length);
  let length = 0;
  scanContextualRows(columns, settings, place, plainBlock(columns.width), (block) => {
    rows.set(block.row.subarray(0, block.length), length);
    length += block.length;
  });
  return rows.slice(0, length);
}

/**
 * Σ over clusters of u uᵀ, with u the sum of the cluster's scores (w (y − p) (e_i − e_j), w (y − p) x − λβ / n). Rows are
 * read again cluster by cluster; what is kept for each of them is its number.
 */
export function sumContextualClusters(
  fitted: FittedContextual,
  { codes, clusters }: ClusterCodes,
): SquareMatrix {
  const { columns, settings, place, rows, point } = fitted;
  const starts = new Int32Array(clusters + 1);
  for (const code of codes) starts[code + 1]! += 1;
  for (let c = 0; c < clusters; c += 1) starts[c + 1]! += starts[c]!;
  const next = starts.slice(0, clusters);
  const order = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const code = codes[at]!;
    order[next[code]!] = rows[at]!;
    next[code]! += 1;
  }
  const m = point.theta.length;
  const sums = new ClusterSums(m, point.beta.length);
  const back = point.beta.map((value) => (fitted.penalty * value) / rows.length);
  let seen = 0;
  let cluster = 0;
  const visit = ({ length, i, j, y, w, x, stride }: ContextualBlock): void => {
    for (let row = 0; row < length; row += 1) {
      while (seen === starts[cluster + 1]!) {
        sums.close();
        cluster += 1;
      }
      let gap = point.theta[i[row]!]! - point.theta[j[row]!]!;
      for (let f = 0; f < back.length; f += 1) gap += x[row * stride + f]! * point.beta[f]!;
      const score = w[row]! * (y[row]! - logistic(gap));
      sums.add(i[row]!, score);
      sums.add(j[row]!, -score);
      for (let f = 0; f < back.length; f += 1) sums.feature[f]! += score * x[row * stride + f]! - back[f]!;
      seen += 1;
    }
  };
  scanContextualRows(columns, settings, place, plainBlock(columns.width), visit, order);
  sums.close();
  return sums.matrix();
}

/** Outer products of sparse sums over models and dense ones over features. */
class ClusterSums {
  readonly #m: number;
  readonly #n: number;
  readonly #sum: Float64Array;
  readonly #isTouched: Uint8Array;
  readonly #touched: Int32Array;
  #count = 0;
  readonly #meat: Float64Array;
  readonly feature: Float64Array;

  constructor(m: number, width: number) {
    this.#m = m;
    this.#n = m + width;
    this.#sum = new Float64Array(m);
    this.#isTouched = new Uint8Array(m);
    this.#touched = new Int32Array(m);
    this.#meat = new Float64Array(this.#n * this.#n);
    this.feature = new Float64Array(width);
  }

  add(model: number, score: number): void {
    if (this.#isTouched[model] === 0) {
      this.#isTouched[model] = 1;
      this.#touched[this.#count] = model;
      this.#count += 1;
    }
    this.#sum[model]! += score;
  }

  /** Ends a cluster. */
  close(): void {
    const n = this.#n;
    const meat = this.#meat;
    const feature = this.feature;
    for (let a = 0; a < this.#count; a += 1) {
      const x = this.#touched[a]!;
      const value = this.#sum[x]!;
      // each pair of models once, in the lower triangle
      for (let b = 0; b <= a; b += 1) {
        const y = this.#touched[b]!;
        meat[Math.max(x, y) * n + Math.min(x, y)]! += value * this.#sum[y]!;
      }
      for (let f = 0; f < feature.length; f += 1) meat[(this.#m + f) * n + x]! += feature[f]! * value;
    }
    for (let f = 0; f < feature.length; f += 1) {
      for (let g = 0; g <= f; g += 1) {
        meat[(this.#m + f) * n + this.#m + g]! += feature[f]! * feature[g]!;
      }
    }
    for (let a = 0; a < this.#count; a += 1) {
      this.#sum[this.#touched[a]!] = 0;
      this.#isTouched[this.#touched[a]!] = 0;
    }
    this.#count = 0;
    feature.fill(0);
  }

  matrix(): SquareMatrix {
    const n = this.#n;
    const matrix = Float64Array.from(this.#meat);
    for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) matrix[j * n + i] = matrix[i * n + j]!;
    return matrix;
  }
}
