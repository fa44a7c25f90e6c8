import type { RoundsPlan } from './bootstrap-plan.ts';
import { BootstrapRounds } from './bootstrap-rounds.ts';
import { LANES } from './bootstrap-steps.ts';

/** Other threads of this process that may help with rounds; nobody counts on them. */
export type Threads = {
  /** Estimated milliseconds of one thread's work from which on starting others pays. */
  readonly paysFromMs: number;
  /** How long to wait, after one's own work, for batches that others have begun. */
  readonly patienceMs: number;
  /** Has other threads call `helpWithRounds`, without this thread's event loop turning. They may come late, or never. */
  start(work: SharedRounds): void;
};

/** Rounds that any thread can do, as a message between threads: memory is shared, the rest is copied. */
export type SharedRounds = {
  readonly plan: RoundsPlan;
  /** As `planRounds` filled it; only read. */
  readonly memory: SharedArrayBuffer;
  readonly rounds: number;
  readonly results: SharedArrayBuffer;
};

/** First the next batch that nobody has begun, then how many are done, then how many of those by helpers. */
const HEAD = 4;
const [NEXT, DONE, HELPED] = [0, 1, 2];
/** State of a round. A lost one needs the whole search. */
const REACHED = 1;
const LOST = 2;

/** Room for the results of so many rounds. */
export function shareRounds(plan: RoundsPlan, memory: SharedArrayBuffer, rounds: number): SharedRounds {
  const bytes = 8 * Math.ceil((HEAD + rounds) / 2) + 8 * rounds * plan.models;
  return { plan, memory, rounds, results: new SharedArrayBuffer(bytes) };
}

/** Does batch after batch until none is left to begin. */
export function helpWithRounds(work: SharedRounds): void {
  const { head } = viewsOf(work);
  if (Atomics.load(head, NEXT) >= batchesOf(work)) return;
  const rounds = new BootstrapRounds(work.plan, work.memory);
  while (beginBatch(work, rounds)) Atomics.add(head, HELPED, 1);
}

/**
 * Does rounds together with whoever helps, and waits until all are done. What a helper began and did not finish within
 * `patienceMs` is done again here: a round has the same bits wherever it is done.
 * @returns theta: logits by round and model; isReached: whether its maximum was
 */
export function finishRounds(
  work: SharedRounds,
  rounds: BootstrapRounds,
  patienceMs: number,
): { readonly theta: Float64Array; isReached(round: number): boolean } {
  const { head, states, theta } = viewsOf(work);
  const batches = batchesOf(work);
  while (beginBatch(work, rounds));
  for (let done = Atomics.load(head, DONE); done < batches; done = Atomics.load(head, DONE)) {
    if (Atomics.wait(head, DONE, done, patienceMs) === 'timed-out') break;
  }
  for (let batch = 0; batch < batches; batch += 1) {
    const last = Math.min(LANES * (batch + 1), work.rounds) - 1;
    if (Atomics.load(states, last) === 0) doBatch(work, rounds, batch);
  }
  return { theta, isReached: (round) => Atomics.load(states, round) === REACHED };
}

/** Batches that helpers did, for tests. */
export function helpedBatches(work: SharedRounds): number {
  return Atomics.load(viewsOf(work).head, HELPED);
}

/** False where none is left. */
function beginBatch(work: SharedRounds, rounds: BootstrapRounds): boolean {
  const { head } = viewsOf(work);
  const batch = Atomics.add(head, NEXT, 1);
  if (batch >= batchesOf(work)) return false;
  doBatch(work, rounds, batch);
  Atomics.add(head, DONE, 1);
  Atomics.notify(head, DONE);
  return true;
}

function doBatch(work: SharedRounds, rounds: BootstrapRounds, batch: number): void {
  const { states, theta } = viewsOf(work);
  const first = LANES * batch;
  const reached = rounds.run(first);
  for (let lane = 0; lane < LANES && first + lane < work.rounds; lane += 1) {
    if (reached[lane]) rounds.writeTheta(lane, theta, (first + lane) * work.plan.models);
    Atomics.store(states, first + lane, reached[lane] ? REACHED : LOST);
  }
}

function batchesOf({ rounds }: SharedRounds): number {
  return Math.ceil(rounds / LANES);
}

function viewsOf({ plan, rounds, results }: SharedRounds) {
  const head = new Int32Array(results, 0, HEAD);
  const states = new Int32Array(results, 4 * HEAD, rounds);
  const from = 8 * Math.ceil((HEAD + rounds) / 2);
  return { head, states, theta: new Float64Array(results, from, rounds * plan.models) };
}
