/** What a thread of `rounds-threads.ts` runs: it helps with the rounds that it is told of, then waits for more. */
import { parentPort } from 'node:worker_threads';
import { helpWithRounds, type SharedRounds } from '@agon/rating/rounds';

parentPort?.on('message', (work: SharedRounds) => {
  helpWithRounds(work);
});
