import type { SharedRounds } from '../kernels/share-rounds.ts';

/** Other threads of this process that may help; nobody counts on them. */
export type Threads = {
  /** Estimated milliseconds of one thread's work from which on their help pays: less once they run. */
  readonly paysFromMs: number;
  /** How long to wait, after one's own work, for long parts that others have begun. */
  readonly patienceMs: number;
  /** Has others call `helpWithRounds`, without this thread's event loop turning. They may come late, or never. */
  start(work: SharedRounds): void;
};
