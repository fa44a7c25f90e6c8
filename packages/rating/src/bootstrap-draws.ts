import { type ClusteredVotes, type GroupedVotes, planRounds } from './bootstrap-plan.ts';
import { BootstrapRounds } from './bootstrap-rounds.ts';
import { LANES } from './bootstrap-steps.ts';
import { connectModels } from './connected-models.ts';
import { type BradleyTerryFit, maximiseBradleyTerry } from './fit-bradley-terry.ts';
import type { PairTable } from './pair-table.ts';

export type BootstrapDraws = {
  /** Refitted logits, row by row: `kept` × models, each row with Σθ = 0. */
  readonly theta: Float64Array;
  readonly kept: number;
  /** Rounds in which some model won or lost everything, so that no finite rating exists. */
  readonly dropped: number;
};

/**
 * Rounds of the Poisson bootstrap.
 * @param table its cells in the order of their higher model
 * @param tag of the random streams: round r has `${tag}/${r}`
 */
export function drawRounds(
  table: PairTable,
  fit: BradleyTerryFit,
  tag: string,
  votes: GroupedVotes | ClusteredVotes,
  count: number,
  engine: 'kernel' | 'plain' = 'kernel',
): BootstrapDraws {
  const m = table.models;
  const { plan, memory } = planRounds(table, fit, tag, votes, (bytes) => new ArrayBuffer(bytes));
  const rounds = new BootstrapRounds(plan, memory, engine);
  const theta = new Float64Array(count * m);
  let kept = 0;
  for (let first = 0; first < count; first += LANES) {
    const reached = rounds.run(first);
    for (let lane = 0; lane < LANES && first + lane < count; lane += 1) {
      if (reached[lane]) rounds.writeTheta(lane, theta, kept * m);
      else {
        const refitted = searchWhole(readSample(rounds, lane, table), fit.theta);
        if (refitted === null) continue;
        theta.set(refitted, kept * m);
      }
      kept += 1;
    }
  }
  return { theta: theta.subarray(0, kept * m), kept, dropped: count - kept };
}

/** The table of one round, as drawn in the last call. */
export function readSample(rounds: BootstrapRounds, lane: number, table: PairTable): PairTable {
  const weight = new Float64Array(table.cells);
  const points = new Float64Array(table.cells);
  for (let cell = 0; cell < table.cells; cell += 1) {
    const [low, high] = rounds.pointsOf(lane, cell);
    weight[cell] = low + high;
    points[cell] = low;
  }
  return { ...table, weight, points };
}

/** The sure way, for rounds far from the fit; null where some model won or lost everything. */
function searchWhole(sample: PairTable, start: Float64Array): Float64Array | null {
  if (connectModels(sample).cores[0]?.length !== sample.models) return null;
  return maximiseBradleyTerry(sample, start)?.theta ?? null;
}
