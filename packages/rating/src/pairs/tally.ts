import type { PairTable } from './pair-table.ts';
import type { ExcludedCount } from './scan-comparisons.ts';

/** One pass over the comparisons: pair counts, and how often each model won, lost and tied (unweighted). */
export type Tally = {
  readonly table: PairTable;
  readonly used: number;
  readonly excluded: readonly ExcludedCount[];
  readonly wins: Int32Array;
  readonly losses: Int32Array;
  readonly ties: Int32Array;
};
