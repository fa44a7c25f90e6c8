import { sumClustersFast } from '../kernels/sum-clusters-fast.ts';
import { sumClustersReference } from '../kernels/sum-clusters-reference.ts';
import type { ClusteredRows, ClusterSums } from './cluster-sums.ts';

/** The meat of a clustered sandwich over the models of one group. */
export function sumClusters(rows: ClusteredRows): ClusterSums {
  return sumClustersFast(rows) ?? sumClustersReference(rows);
}
