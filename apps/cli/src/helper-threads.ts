import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SharedRounds, Threads } from '@agon/rating/sharing';

/** More threads than this gain little: each copies what it works on. */
const MOST = 8;

export type HelperOptions = {
  /** How many threads; by default one a processor beside this one. */
  readonly helpers?: number;
  /** Milliseconds of work that are worth starting a thread: it needs 50 to 100 until it helps. */
  readonly startsFromMs?: number;
  /** The same once all run: a message and its way back take a tenth of one. */
  readonly helpsFromMs?: number;
};

/**
 * They start with the first work that pays, are kept for the next, and never keep the process alive. One that fails is
 * forgotten; its work is done again.
 */
export function helperThreads({
  helpers = Math.min(availableParallelism(), MOST) - 1,
  startsFromMs = 150,
  helpsFromMs = 3,
}: HelperOptions = {}): Threads & { readonly helpers: number } {
  /** Each with a number that it sets once it listens: this thread's event loop may not turn between two fits. */
  const workers = new Map<Worker, Int32Array>();
  const startWorker = (): void => {
    const isUp = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL('./helper-thread.ts', import.meta.url), {
      workerData: isUp.buffer,
      env: withCompileCache(),
    });
    worker.unref();
    worker.on('error', () => workers.delete(worker));
    worker.on('exit', () => workers.delete(worker));
    workers.set(worker, isUp);
  };
  return {
    get paysFromMs() {
      if (helpers < 1) return Number.POSITIVE_INFINITY;
      const up = [...workers.values()].filter((isUp) => Atomics.load(isUp, 0) === 1).length;
      return up >= helpers ? helpsFromMs : startsFromMs;
    },
    helpers,
    patienceMs: 2000,
    start(work: SharedRounds) {
      while (workers.size < helpers) startWorker();
      for (const worker of workers.keys()) worker.postMessage(work);
    },
  };
}

/**
 * The environment, with this thread's compiled code for the helpers too: with it one is ready in half the time, and takes a
 * third of the memory. Only the variable tells a thread of it.
 */
function withCompileCache(): NodeJS.ProcessEnv {
  const versioned = getCompileCacheDir();
  return versioned === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(versioned) };
}
