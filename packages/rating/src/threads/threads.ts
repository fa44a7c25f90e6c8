import type { SharedRounds } from '../bootstrap/share-rounds.ts';
import type { SharedPass } from '../contextual/sum-contextual.ts';
import type { SharedCounts } from '../pairs/count-shared-rows.ts';

/** Work that threads share, as a message between them: it is cloned, but for its shared memory. */
export type SharedWork = SharedRounds | SharedPass | SharedCounts;

/** Other threads of this process that may help; nobody counts on them. */
export type Threads = {
  /** Estimated milliseconds of one thread's work from which on their help pays: less once they run. */
  readonly paysFromMs: number;
  /** How long to wait, after one's own work, for long parts that others have begun. */
  readonly patienceMs: number;
  /** Has others call `helpWithWork`, without this thread's event loop turning. They may come late, or never. */
  start(work: SharedWork): void;
};
