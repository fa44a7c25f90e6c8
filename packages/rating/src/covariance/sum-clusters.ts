import type { ClusteredRows, ClusterSums } from './cluster-sums.ts';
import { sumClustersFast } from './sum-clusters-fast.ts';
import { sumClustersReference } from './sum-clusters-reference.ts';

/** The meat of a clustered sandwich over the models of one group. */
export function sumClusters(rows: ClusteredRows): ClusterSums {
  return sumClustersFast(rows) ?? sumClustersReference(rows);
}
