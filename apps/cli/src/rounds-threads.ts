import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Threads } from '@agon/rating/rounds';

/** More threads than this gain little: each copies what it works on. */
const MOST = 8;

/**
 * Threads that help with bootstrap rounds: one a processor beside this one. They start with the first work that pays, are
 * kept for the next, and never keep the process alive. One that fails is forgotten; its rounds are done again.
 */
export function roundsThreads(
  helpers = Math.min(availableParallelism(), MOST) - 1,
  // a thread needs some 100 ms until it helps
  paysFromMs = 150,
): Threads {
  const workers = new Set<Worker>();
  const startWorker = (): void => {
    const worker = new Worker(new URL('./help-with-rounds.ts', import.meta.url));
    worker.unref();
    worker.on('error', () => workers.delete(worker));
    worker.on('exit', () => workers.delete(worker));
    workers.add(worker);
  };
  return {
    paysFromMs: helpers < 1 ? Number.POSITIVE_INFINITY : paysFromMs,
    patienceMs: 2000,
    start(work) {
      while (workers.size < helpers) startWorker();
      for (const worker of workers) worker.postMessage(work);
    },
  };
}
