import { type SeededRandom, type SquareMatrix, seededRandom } from '@agon/stats';
import { bootstrapCounts } from './bootstrap-counts.ts';
import { clusterCodes, drawMultiplicities } from './cluster-codes.ts';
import { connectModels } from './connected-models.ts';
import { logistic } from './elo-scale.ts';
import { maximiseBradleyTerry } from './fit-bradley-terry.ts';
import { mutualTree } from './mutual-tree.ts';
import type { PairTable } from './pair-table.ts';
import type { FittedGroup } from './sandwich-covariance.ts';
import { scanComparisons } from './scan-comparisons.ts';

export type BootstrapDraws = {
  /** Refitted logits, row by row: `kept` × models, each row with Σθ = 0. */
  readonly theta: Float64Array;
  readonly kept: number;
  /** Rounds in which some model won or lost everything, so that no finite rating exists. */
  readonly dropped: number;
};

/**
 * Poisson bootstrap: in each round every comparison, or every cluster, counts Poisson(1) times. Round r has its own random stream, so rounds do not depend on how many there are.
 */
export function bootstrapBradleyTerry(group: FittedGroup): BootstrapDraws {
  const { table, fit, settings } = group;
  const m = table.models;
  const theta = new Float64Array(settings.rounds * m);
  let kept = 0;
  if (settings.cluster === 'none' && table.plain) {
    const isSound = soundness(table);
    bootstrapCounts(table, fit, settings.seed, settings.rounds, (sample, reached) => {
      if (!isSound(sample) && !isStronglyConnected(sample)) return;
      const refitted = reached ?? maximiseBradleyTerry(sample, fit.theta)?.theta ?? null;
      if (refitted === null) return;
      theta.set(refitted, kept * m);
      kept += 1;
    });
    return { theta: theta.subarray(0, kept * m), kept, dropped: settings.rounds - kept };
  }
  const resample = resampler(group);
  for (let round = 0; round < settings.rounds; round += 1) {
    const sample = resample(seededRandom(`bootstrap/${settings.seed}/${round}`));
    if (!isStronglyConnected(sample)) continue;
    const refitted = refit(sample, fit.theta, fit.inverse);
    if (refitted === null) continue;
    theta.set(refitted, kept * m);
    kept += 1;
  }
  return { theta: theta.subarray(0, kept * m), kept, dropped: settings.rounds - kept };
}

/** Draws the counts of one round into a table with the cells of the group's; the table is used again each time. */
function resampler(group: FittedGroup): (random: SeededRandom) => PairTable {
  const { table, settings } = group;
  const weight = new Float64Array(table.cells);
  const points = new Float64Array(table.cells);
  const sample: PairTable = { ...table, weight, points };
  const rows = readRows(group);
  const codings = clusterCodes(group.columns, settings.cluster, rows.row);
  return (random) => {
    weight.fill(0);
    points.fill(0);
    const timesOf = drawMultiplicities(random, codings);
    for (let at = 0; at < rows.row.length; at += 1) {
      const w = timesOf(at) * rows.weight[at]!;
      weight[rows.cell[at]!]! += w;
      points[rows.cell[at]!]! += w * rows.points[at]!;
    }
    return sample;
  };
}

/** The group's comparisons, told from the side of the lower model. */
type Rows = {
  readonly row: Int32Array;
  readonly cell: Int32Array;
  readonly points: Float64Array;
  readonly weight: Float64Array;
};

function readRows({ columns, settings, place, table }: FittedGroup): Rows {
  const m = table.models;
  const cells = new Map<number, number>();
  for (let cell = 0; cell < table.cells; cell += 1) cells.set(table.low[cell]! * m + table.high[cell]!, cell);
  const row: number[] = [];
  const cell: number[] = [];
  const shares: number[] = [];
  const weights: number[] = [];
  scanComparisons(columns, settings, (at, a, b, points, weight) => {
    const first = place[a]!;
    const second = place[b]!;
    if (first < 0 || second < 0) return;
    row.push(at);
    cell.push(cells.get(Math.min(first, second) * m + Math.max(first, second))!);
    shares.push(first < second ? points : 1 - points);
    weights.push(weight);
  });
  return {
    row: Int32Array.from(row),
    cell: Int32Array.from(cell),
    points: Float64Array.from(shares),
    weight: Float64Array.from(weights),
  };
}

/**
 * A quick sign that all models of a sample beat each other through some chain: along a spanning tree of the pairs with the
 * most evidence, each side got some points. Where it fails, only the whole search can tell.
 */
function soundness(table: PairTable): (sample: PairTable) => boolean {
  const tree = mutualTree(table);
  if (tree === null) return () => false;
  const { models: m } = table;
  const edges = new Set(tree.map((cell) => table.low[cell]! * m + table.high[cell]!));
  let cells: Int32Array | null = null;
  return (sample) => {
    cells ??= Int32Array.from({ length: sample.cells }, (_, cell) => cell).filter((cell) =>
      edges.has(sample.low[cell]! * m + sample.high[cell]!),
    );
    return cells.every((cell) => sample.points[cell]! > 0 && sample.points[cell]! < sample.weight[cell]!);
  };
}

function isStronglyConnected(sample: PairTable): boolean {
  return connectModels(sample).cores[0]?.length === sample.models;
}

/**
 * Chord steps with the full fit's H⁺: a replicate is near it, so no new factor is needed. Where they shrink too slowly
 * (few votes), Newton from the start.
 */
function refit(sample: PairTable, start: Float64Array, inverse: SquareMatrix): Float64Array | null {
  const m = sample.models;
  const theta = Float64Array.from(start);
  const gradient = new Float64Array(m);
  let before = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < 40; iteration += 1) {
    gradient.fill(0);
    for (let cell = 0; cell < sample.cells; cell += 1) {
      const i = sample.low[cell]!;
      const j = sample.high[cell]!;
      const residual = sample.points[cell]! - sample.weight[cell]! * logistic(theta[i]! - theta[j]!);
      gradient[i]! += residual;
      gradient[j]! -= residual;
    }
    let largest = 0;
    for (let i = 0; i < m; i += 1) {
      let step = 0;
      const row = i * m;
      for (let j = 0; j < m; j += 1) step += inverse[row + j]! * gradient[j]!;
      theta[i]! += step;
      largest = Math.max(largest, Math.abs(step));
    }
    if (largest < 1e-7) return theta;
    if (!(largest < 0.7 * before)) break;
    before = largest;
  }
  return maximiseBradleyTerry(sample, start)?.theta ?? null;
}
