import type { ComparisonColumns, RatingSettings } from '@agon/domain';
import { gramMatrix, type SquareMatrix } from '@agon/stats';

/** Comparisons of one rated group, each in a cluster. */
export type ClusteredRows = {
  readonly columns: ComparisonColumns;
  readonly settings: Pick<RatingSettings, 'ties' | 'bothBad'>;
  /** From a model's code to its number in the group, or -1. */
  readonly place: Int32Array;
  /** Logits, by number in the group. */
  readonly theta: Float64Array;
  /** A cluster for each row of `columns`, from 0, or below 0 where unknown. */
  readonly codes: Int32Array;
  /** The same of a second kind, where clusters of both together are asked for too. */
  readonly others: Int32Array | null;
};

export type ClusterSum = {
  /** Σ_c u_c u_cᵀ · C/(C − 1); zero where C < 2, which no variance can be learnt from. May be made when first asked for. */
  readonly meat: SquareMatrix;
  /** u_c · √(C/(C − 1)), row by row, where there are so few that a covariance is made from them more quickly. */
  readonly scores?: Float64Array;
  readonly clusters: number;
  /** Comparisons of the largest cluster, as a share of all. */
  readonly largestShare: number;
  /** Comparisons that name no cluster; each is one of its own. */
  readonly unknown: number;
};

/** `both`: clusters of the comparisons that share both codes; null where no second kind was asked for. */
export type ClusterSums = {
  readonly first: ClusterSum;
  readonly both: Pick<ClusterSum, 'meat' | 'clusters'> | null;
};

/** Clusters that are added together as rows of one dense block. */
export const DENSE_ROWS = 256;

/** From so many models touched on, a cluster costs less as a dense row: one product there is about five times as quick. */
export function denseFrom(models: number): number {
  return models < 24 ? models + 1 : Math.ceil(0.45 * models);
}

/** `total` += ZᵀZ for the first `rows` rows of Z. */
export function addDense(total: SquareMatrix, z: Float64Array, rows: number, models: number): void {
  const gram = gramMatrix(z.subarray(0, rows * models), rows, models);
  for (let at = 0; at < total.length; at += 1) total[at]! += gram[at]!;
}

/** `meat`: products of two models on either side of the diagonal; `dense`: the same of dense clusters, on both sides. */
export function closeClusterSum(
  meat: SquareMatrix,
  dense: SquareMatrix,
  models: number,
  counted: {
    readonly clusters: number;
    readonly largest: number;
    readonly unknown: number;
    readonly rows: number;
  },
): ClusterSum {
  const { clusters, largest, unknown, rows } = counted;
  const factor = scaleOf(clusters);
  const closed = new Float64Array(models * models);
  for (let i = 0; i < models; i += 1) {
    closed[i * models + i] = factor * (meat[i * models + i]! + dense[i * models + i]!);
    for (let j = 0; j < i; j += 1) {
      const below = i * models + j;
      const above = j * models + i;
      const sum = factor * (meat[below]! + meat[above]! + dense[below]!);
      closed[below] = sum;
      closed[above] = sum;
    }
  }
  return { meat: closed, clusters, largestShare: rows === 0 ? 0 : largest / rows, unknown };
}

/** The same of scores alone, each of one cluster; they are scaled in place. */
export function closeScores(
  scores: Float64Array,
  models: number,
  { clusters, largest, rows }: { readonly clusters: number; readonly largest: number; readonly rows: number },
): ClusterSum {
  const scale = Math.sqrt(scaleOf(clusters));
  for (let at = 0; at < scores.length; at += 1) scores[at]! *= scale;
  let meat: SquareMatrix | null = null;
  return {
    get meat() {
      meat ??= gramMatrix(scores, clusters, models);
      return meat;
    },
    scores,
    clusters,
    largestShare: rows === 0 ? 0 : largest / rows,
    unknown: 0,
  };
}

function scaleOf(clusters: number): number {
  return clusters < 2 ? 0 : clusters / (clusters - 1);
}
