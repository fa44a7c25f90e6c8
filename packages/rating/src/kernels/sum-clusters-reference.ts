import type { ClusteredRows, ClusterSum, ClusterSums } from '../covariance/cluster-sums.ts';
import { joinCodes } from '../covariance/join-codes.ts';
import { scoreRows } from '../covariance/row-scores.ts';
import { sumClusterScores } from '../covariance/sum-cluster-scores.ts';

/** The same bits as the kernel (`assembly/clusters.ts`): clusters in the order of their codes, then those of one row. */
export function sumClustersReference(rows: ClusteredRows): ClusterSums {
  const { columns, settings, place, theta, codes, others } = rows;
  const scores = scoreRows(columns, settings, place, theta);
  const first = scores.row.map((row) => codes[row]!);
  const sum = (clusters: Int32Array): ClusterSum => sumClusterScores(scores, clusters, theta.length);
  if (others === null) return { first: sum(first), both: null };
  const second = scores.row.map((row) => others[row]!);
  const { meat, clusters } = sum(joinCodes(first, second));
  return { first: sum(first), both: { meat, clusters } };
}
