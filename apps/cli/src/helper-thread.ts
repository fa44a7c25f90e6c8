/** What a thread of `helper-threads.ts` runs: it helps with the work that it is told of, then waits for more. */
import { parentPort, workerData } from 'node:worker_threads';
import { helpWithWork, type SharedWork } from '@agon/rating/sharing';

parentPort?.on('message', (work: SharedWork) => {
  helpWithWork(work);
});
Atomics.store(new Int32Array(workerData as SharedArrayBuffer), 0, 1);
