import type { RoundsPlan } from '../bootstrap/bootstrap-plan.ts';
import {
  finishParts,
  helpWithParts,
  isAnyLeft,
  type SharedParts,
  shareParts,
} from '../threads/share-parts.ts';
import { BootstrapRounds } from './bootstrap-rounds.ts';
import { LANES } from './bootstrap-steps.ts';

/** Rounds that any thread can do, a batch of four a part. */
export type SharedRounds = {
  readonly parts: SharedParts;
  readonly plan: RoundsPlan;
  /** As `planRounds` filled it; only read. */
  readonly memory: SharedArrayBuffer;
  readonly rounds: number;
  readonly results: SharedArrayBuffer;
};

/** State of a round. A lost one needs the whole search. */
const REACHED = 1;
const LOST = 2;

/** Room for the results of so many rounds. */
export function shareRounds(plan: RoundsPlan, memory: SharedArrayBuffer, rounds: number): SharedRounds {
  const bytes = 8 * Math.ceil(rounds / 2) + 8 * rounds * plan.models;
  return {
    parts: shareParts(Math.ceil(rounds / LANES)),
    plan,
    memory,
    rounds,
    results: new SharedArrayBuffer(bytes),
  };
}

export function helpWithRounds(work: SharedRounds): void {
  if (!isAnyLeft(work.parts)) return;
  const rounds = new BootstrapRounds(work.plan, work.memory);
  helpWithParts(work.parts, (batch) => doBatch(work, rounds, batch));
}

/**
 * Does rounds together with whoever helps, and waits until all are done: see `finishParts`. A round has the same bits
 * wherever it is done.
 * @returns theta: logits by round and model; isReached: whether its maximum was
 */
export function finishRounds(
  work: SharedRounds,
  rounds: BootstrapRounds,
  patienceMs: number,
): { readonly theta: Float64Array; isReached(round: number): boolean } {
  const { states, theta } = viewsOf(work);
  finishParts(work.parts, (batch) => doBatch(work, rounds, batch), patienceMs);
  return { theta, isReached: (round) => states[round] === REACHED };
}

function doBatch(work: SharedRounds, rounds: BootstrapRounds, batch: number): void {
  const { states, theta } = viewsOf(work);
  const first = LANES * batch;
  const reached = rounds.run(first);
  for (let lane = 0; lane < LANES && first + lane < work.rounds; lane += 1) {
    if (reached[lane]) rounds.writeTheta(lane, theta, (first + lane) * work.plan.models);
    states[first + lane] = reached[lane] ? REACHED : LOST;
  }
}

function viewsOf({ plan, rounds, results }: SharedRounds) {
  const states = new Int32Array(results, 0, rounds);
  const from = 8 * Math.ceil(rounds / 2);
  return { states, theta: new Float64Array(results, from, rounds * plan.models) };
}
