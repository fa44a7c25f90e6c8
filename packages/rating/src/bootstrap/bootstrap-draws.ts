import { type BradleyTerryFit, maximiseBradleyTerry } from '../bradley-terry/fit-bradley-terry.ts';
import { BootstrapRounds } from '../kernels/bootstrap-rounds.ts';
import { LANES } from '../kernels/bootstrap-steps.ts';
import { finishRounds, shareRounds } from '../kernels/share-rounds.ts';
import { connectModels } from '../pairs/connected-models.ts';
import type { PairTable } from '../pairs/pair-table.ts';
import type { Threads } from '../threads/threads.ts';
import { type ClusteredVotes, type GroupedVotes, planRounds } from './bootstrap-plan.ts';

export type BootstrapDraws = {
  /** Refitted logits, row by row: `kept` × models, each row with Σθ = 0. */
  readonly theta: Float64Array;
  readonly kept: number;
  /** Rounds in which some model won or lost everything, so that no finite rating exists. */
  readonly dropped: number;
};

/** How rounds are done: one thread and several, kernel and plain code give the same bits. */
export type RoundsOptions = { readonly engine?: 'kernel' | 'plain'; readonly threads?: Threads | undefined };

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
  { engine = 'kernel', threads }: RoundsOptions = {},
): BootstrapDraws {
  const m = table.models;
  const theta = new Float64Array(count * m);
  let kept = 0;
  const keep = (row: Float64Array | null): void => {
    if (row === null) return;
    theta.set(row, kept * m);
    kept += 1;
  };
  const search = (rounds: BootstrapRounds, lane: number): Float64Array | null =>
    searchWhole(readSample(rounds, lane, table), fit.theta);
  const draws = votes.kind === 'groups' ? votes.count.length : votes.rows.length;
  if (threads !== undefined && estimateMs(table, draws, count) >= threads.paysFromMs) {
    const { plan, memory } = planRounds(table, fit, tag, votes, (bytes) => new SharedArrayBuffer(bytes));
    const work = shareRounds(plan, memory, count);
    threads.start(work);
    const rounds = new BootstrapRounds(plan, memory, engine);
    const found = finishRounds(work, rounds, threads.patienceMs);
    for (let round = 0; round < count; round += 1) {
      if (found.isReached(round)) keep(found.theta.subarray(round * m, round * m + m));
      else {
        const lane = round % LANES;
        rounds.run(round - lane);
        keep(search(rounds, lane));
      }
    }
  } else {
    const { plan, memory } = planRounds(table, fit, tag, votes, (bytes) => new ArrayBuffer(bytes));
    const rounds = new BootstrapRounds(plan, memory, engine);
    const row = new Float64Array(m);
    for (let first = 0; first < count; first += LANES) {
      const reached = rounds.run(first);
      for (let lane = 0; lane < LANES && first + lane < count; lane += 1) {
        if (reached[lane]) rounds.writeTheta(lane, row, 0);
        keep(reached[lane] ? row : search(rounds, lane));
      }
    }
  }
  return { theta: theta.subarray(0, kept * m), kept, dropped: count - kept };
}

/** Of one thread: a draw or a row takes some 2 ns, a pair and a cell of H⁺ less, four steps a round. */
function estimateMs({ models, cells }: PairTable, draws: number, rounds: number): number {
  return 1e-6 * rounds * (2 * draws + 2 * cells + 0.3 * models * models);
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
