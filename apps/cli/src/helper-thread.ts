/** What a thread of `helper-threads.ts` runs: it helps with the work it is sent, then waits for more. */
import { parentPort, workerData } from 'node:worker_threads';
import { helpWithRounds, type SharedRounds } from '@agon/rating/sharing';

parentPort?.on('message', (work: SharedRounds) => {
  helpWithRounds(work);
});
Atomics.store(new Int32Array(workerData as SharedArrayBuffer), 0, 1);
