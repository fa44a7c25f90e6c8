import type { SquareMatrix } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import type { CellsMemory } from '../kernels/cells-memory.ts';
import type { LooseRows } from './cluster-cells.ts';
import { addDense, DENSE_ROWS } from './cluster-sums.ts';
import { suitsStrengths } from './row-scores.ts';

/** Cells, and rows that are not in cells yet, in the order of their clusters. */
export type CountedClusters = {
  readonly memory: CellsMemory;
  readonly rows: LooseRows;
  readonly order: Uint32Array;
  readonly rowsFrom: Int32Array;
};

export type CountedSum = {
  /** Products on either side of the diagonal: see `closeClusterSum`. */
  readonly meat: SquareMatrix;
  /** The clusters that are not in `meat`. */
  readonly dense: DenseScores;
  readonly clusters: number;
  readonly largest: number;
  readonly rows: number;
};

/** P(i beats j) at j · models + i, for i < j. */
export function winProbabilities(theta: Float64Array): Float64Array {
  const m = theta.length;
  const chance = new Float64Array(m * m);
  const strength = suitsStrengths(theta) ? theta.map(Math.exp) : null;
  for (let j = 1; j < m; j += 1) {
    for (let i = 0; i < j; i += 1) {
      chance[j * m + i] =
        strength === null ? logistic(theta[i]! - theta[j]!) : strength[i]! / (strength[i]! + strength[j]!);
    }
  }
  return chance;
}

/**
 * Σ u uᵀ over clusters, u = Σ (y − p)(e_i − e_j) pair by pair. `place`: from a code to its number in the group, ascending,
 * or -1. `chance`: of `winProbabilities`. `most`: with so many models a cluster is a dense one.
 */
export function sumClusterCells(
  counted: CountedClusters,
  place: Int32Array,
  chance: Float64Array,
  models: number,
  most: number,
): CountedSum {
  const { rowsFrom } = counted;
  const scorer = counted.memory.scorer(place, chance, models);
  const { cells } = counted.memory;
  const { score } = scorer;
  const dense = new DenseScores(models);
  let clusters = 0;
  let largest = 0;
  let rows = 0;
  const known = cells.starts.length - 1;
  for (let c = 0; c + 1 < rowsFrom.length; c += 1) {
    const [from, to] = c < known ? [cells.starts[c]!, cells.starts[c + 1]!] : [0, 0];
    const [first, end] = [rowsFrom[c]!, rowsFrom[c + 1]!];
    if (from === to && first === end) continue;
    const size = scorer.add(from, to) + scoreRows(counted, first, end, place, chance, models, score);
    // what came and went all the same
    if (size === 0) {
      score.fill(0);
      continue;
    }
    clusters += 1;
    rows += size;
    if (size > largest) largest = size;
    if (!scorer.close(most)) dense.take(score);
  }
  return { meat: scorer.meat, dense, clusters, largest, rows };
}

function scoreRows(
  { rows, order }: CountedClusters,
  first: number,
  end: number,
  place: Int32Array,
  chance: Float64Array,
  models: number,
  score: Float64Array,
): number {
  let size = 0;
  for (let k = first; k < end; k += 1) {
    const row = order[k]!;
    const i = place[rows.pair[row]! & 0xffff]!;
    const j = place[rows.pair[row]! >>> 16]!;
    if (i < 0 || j < 0) continue;
    const change = rows.change[row]!;
    const sign = change > 0 ? 1 : -1;
    const residual = sign * ((Math.abs(change) - 1) / 2 - chance[j * models + i]!);
    score[i]! += residual;
    score[j]! -= residual;
    size += sign;
  }
  return size;
}

/** Scores that touch many models: their products are added up as rows of dense blocks. */
class DenseScores {
  readonly #models: number;
  readonly #sum: SquareMatrix;
  readonly #block: Float64Array;
  #filled = 0;

  constructor(models: number) {
    this.#models = models;
    this.#sum = new Float64Array(models * models);
    this.#block = new Float64Array(DENSE_ROWS * models);
  }

  /** The score is zero after. */
  take(score: Float64Array): void {
    if (this.#filled === DENSE_ROWS) this.#flush();
    this.#block.set(score, this.#filled * this.#models);
    score.fill(0);
    this.#filled += 1;
  }

  /** Of all that were taken, up to `DENSE_ROWS`, row by row. */
  rows(): Float64Array {
    return this.#block.subarray(0, this.#filled * this.#models);
  }

  /** Of their products, on both sides of the diagonal. */
  sum(): SquareMatrix {
    if (this.#filled > 0) this.#flush();
    return this.#sum;
  }

  #flush(): void {
    addDense(this.#sum, this.#block, this.#filled, this.#models);
    this.#filled = 0;
  }
}
