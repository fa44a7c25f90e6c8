import {
  type ComparisonColumns,
  OUTCOME_CODES,
  type RatingResult,
  type RatingSettings,
  type RatingWarning,
  type TieParameter,
} from '@agon/domain';
import {
  drawPoisson,
  type SeededRandom,
  type SquareMatrix,
  sandwichProduct,
  seededRandom,
  student95,
} from '@agon/stats';
import { drawWays, splitDrawn } from '../bootstrap/bootstrap-ways.ts';
import { rateBradleyTerry } from '../bradley-terry/rate-bradley-terry.ts';
import { readVotes, type Votes } from '../bradley-terry/read-votes.ts';
import { type ClusterCodes, clusterCodes, drawMultiplicities } from '../covariance/cluster-codes.ts';
import {
  clusteredSandwich,
  degreesOf,
  describeClusters,
  isTooFew,
  type JointCovariance,
  ratingBlock,
} from '../covariance/joint-covariance.ts';
import { fromCovariance, type GroupIntervals, withoutIntervals } from '../intervals/group-intervals.ts';
import { notConverged } from '../not-converged.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { type Core, type CoreFit, rateCores } from '../rate-cores.ts';
import { fitTieModel, refitTieModel, type TieFit } from './fit-tie-model.ts';
import { tieModelBounds } from './tie-model-bounds.ts';
import { independentTieMeat, scoredVotes, tieScores } from './tie-model-scores.ts';
import { type TieModel, tieShareOfEquals } from './tie-models.ts';

type TieCoreFit = CoreFit & { readonly tie: TieParameter | null };

/**
 * Ratings by Davidson's or Rao and Kupper's model, in which ties have a parameter of their own. Only outcomes count:
 * finer shares of the point have no meaning here, and are said to be ignored.
 * Its ratings are spread wider than with ties as halves; the two belong on no common board.
 */
export function rateTieModel(
  columns: ComparisonColumns,
  settings: RatingSettings,
  model: TieModel,
): RatingResult {
  const { shareA, ...outcomes } = columns;
  const used: RatingSettings = { ...settings, method: model };
  const tally = tallyComparisons(outcomes, used);
  if (tally.table.ties.every((ties) => ties === 0)) return withoutTies(outcomes, used, model);
  const { result, fits } = rateCores(outcomes, used, tally, (core) => fitCore(outcomes, used, model, core));
  const finer = shareA?.some((share) => !Number.isNaN(share) && share !== 0 && share !== 0.5 && share !== 1);
  const warnings: RatingWarning[] = finer
    ? [
        {
          code: 'shares_ignored',
          message: `Some comparisons say finer than win, tie or loss who was better; ${model} uses the outcome alone.`,
        },
      ]
    : [];
  const tie = fits[0]?.tie ?? null;
  return {
    ...result,
    warnings: [...result.warnings, ...warnings],
    ...(tie === null ? {} : { tie }),
  };
}

/** Without a tie the maximum is at the end of the tie parameter's range, where both models are Bradley and Terry's. */
function withoutTies(columns: ComparisonColumns, settings: RatingSettings, model: TieModel): RatingResult {
  const result = rateBradleyTerry(columns, settings);
  return {
    ...result,
    method: model,
    tie: {
      name: NAMES[model],
      value: model === 'davidson' ? 0 : 1,
      low: null,
      high: null,
      equalTieShare: 0,
    },
    warnings: [
      ...result.warnings,
      { code: 'no_ties', message: `No comparison is a tie, so ${model} is the same as bradley-terry.` },
    ],
  };
}

const NAMES = { davidson: 'nu', 'rao-kupper': 'theta' } as const;

function fitCore(
  columns: ComparisonColumns,
  settings: RatingSettings,
  model: TieModel,
  core: Core,
): TieCoreFit {
  const { table } = core;
  const used = table.count.reduce((sum, count) => sum + count, 0);
  const bounds = tieModelBounds(table);
  const unrated = (message: string): TieCoreFit => ({
    theta: null,
    iterations: 0,
    used: 0,
    tie: null,
    intervals: withoutIntervals([{ code: 'tie_parameter_unbounded', message }]),
  });
  if (bounds === 'only_ties') {
    return unrated(
      'Every comparison is a tie, so no rating can be told from how often ties happen; with ties as halves all are equal.',
    );
  }
  if (bounds === 'no_ties') {
    return unrated(
      'No comparison here is a tie, so the tie parameter has no finite estimate; use bradley-terry, which this model then is.',
    );
  }
  if (bounds === 'ordered') {
    return unrated(
      'All comparisons fit one order in which only neighbours tie, so the tie parameter has no finite estimate; use ties as halves, or collect more.',
    );
  }
  const fit = fitTieModel(table, model);
  if (fit === null) throw notConverged(table);
  const { intervals, etaLow, etaHigh } = estimateIntervals(columns, settings, model, core, fit);
  return {
    theta: fit.theta,
    iterations: fit.iterations,
    used,
    intervals,
    tie: {
      name: NAMES[model],
      value: Math.exp(fit.eta),
      low: etaLow === null ? null : Math.exp(etaLow),
      // beyond what a number holds there is no bound
      high: etaHigh === null || !Number.isFinite(Math.exp(etaHigh)) ? null : Math.exp(etaHigh),
      equalTieShare: tieShareOfEquals(model, fit.eta),
    },
  };
}

type TieIntervals = {
  readonly intervals: GroupIntervals;
  readonly etaLow: number | null;
  readonly etaHigh: number | null;
};

function estimateIntervals(
  columns: ComparisonColumns,
  settings: RatingSettings,
  model: TieModel,
  core: Core,
  fit: TieFit,
): TieIntervals {
  const without = (intervals: GroupIntervals): TieIntervals => ({ intervals, etaLow: null, etaHigh: null });
  const m = core.table.models;
  const byMatrix = (
    matrix: SquareMatrix,
    warnings: readonly RatingWarning[],
    degrees = Number.POSITIVE_INFINITY,
  ): TieIntervals => {
    const half = student95(degrees) * Math.sqrt(Math.max(0, matrix[(m + 1) * (m + 1) - 1]!));
    // θ of Rao and Kupper is at least 1
    const lowest = model === 'davidson' ? Number.NEGATIVE_INFINITY : 0;
    return {
      intervals: fromCovariance(fit.theta, ratingBlock(matrix, m), core.anchor, settings.seed, warnings, {
        degrees,
      }),
      etaLow: Math.max(lowest, fit.eta - half),
      etaHigh: fit.eta + half,
    };
  };
  switch (settings.interval) {
    case 'none':
      return without(withoutIntervals([]));
    case 'fisher':
      return byMatrix(fit.inverse, []);
    case 'sandwich': {
      const { matrix, degrees, warnings } = sandwich(columns, settings, model, core, fit);
      return matrix === null ? without(withoutIntervals(warnings)) : byMatrix(matrix, warnings, degrees);
    }
    case 'bootstrap':
      return bootstrap(columns, settings, model, core, fit);
  }
}

function sandwich(
  columns: ComparisonColumns,
  settings: RatingSettings,
  model: TieModel,
  { table, place }: Core,
  fit: TieFit,
): JointCovariance {
  const scores = tieScores(table, model, fit);
  const read = (): Votes => readVotes({ columns, settings, place }, table);
  const { weight } = columns;
  if (settings.cluster === 'none') {
    const meat = independentTieMeat(table, scores, table.plain ? null : read(), weight);
    const matrix = sandwichProduct(fit.inverse, meat, table.models + 1);
    return { matrix, degrees: degreesOf([]), warnings: [] };
  }
  const votes = read();
  const scored = scoredVotes(votes, table, scores, weight);
  return clusteredSandwich(columns, settings, votes.row, scored, fit.inverse);
}

/** Poisson bootstrap by vote or by cluster, ratings and tie parameter refitted together. */
function bootstrap(
  columns: ComparisonColumns,
  settings: RatingSettings,
  model: TieModel,
  core: Core,
  fit: TieFit,
): TieIntervals {
  const m = core.table.models;
  const { codings, rows, resample } = resampler(columns, settings, core);
  const warnings = describeClusters(columns, settings, rows, codings);
  if (isTooFew(codings)) return { intervals: withoutIntervals(warnings), etaLow: null, etaHigh: null };
  const drawn = drawWays(codings, (way, name) => {
    const theta = new Float64Array(settings.rounds * (m + 1));
    let kept = 0;
    for (let round = 0; round < settings.rounds; round += 1) {
      const sample = resample(seededRandom(`bootstrap/${model}/${settings.seed}${name}/${round}`), way);
      if (connectModels(sample).cores[0]?.length !== m || tieModelBounds(sample) !== 'bounded') continue;
      const refitted = refitTieModel(sample, model, fit);
      if (refitted === null) continue;
      theta.set(refitted.theta, kept * (m + 1));
      theta[kept * (m + 1) + m] = refitted.eta;
      kept += 1;
    }
    return { theta: theta.subarray(0, kept * (m + 1)), kept, dropped: settings.rounds - kept };
  });
  const { intervals, others } = splitDrawn(fit.theta, [fit.eta], drawn, core.anchor, degreesOf(codings));
  const [low = null, etaHigh = null] = others?.[0] ?? [];
  // sums of two ways may reach beyond what a threshold can be
  const etaLow = low === null || model === 'davidson' ? low : Math.max(0, low);
  return { intervals: { ...intervals, warnings: [...warnings, ...intervals.warnings] }, etaLow, etaHigh };
}

function resampler(
  columns: ComparisonColumns,
  settings: RatingSettings,
  { table, place }: Core,
): {
  readonly codings: readonly ClusterCodes[];
  /** Of the comparisons that `codings` number. */
  readonly rows: Int32Array;
  resample(random: SeededRandom, codings: readonly ClusterCodes[]): Core['table'];
} {
  const [wins, ties, losses, weight, points] = [0, 0, 0, 0, 0].map(() => new Float64Array(table.cells)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const sample = { ...table, wins, ties, losses, weight, points };
  const total = (cell: number): void => {
    weight[cell] = wins[cell]! + ties[cell]! + losses[cell]!;
    points[cell] = wins[cell]! + ties[cell]! / 2;
  };
  if (settings.cluster === 'none' && table.plain) {
    const resample = (random: SeededRandom): Core['table'] => {
      for (let cell = 0; cell < table.cells; cell += 1) {
        wins[cell] = drawPoisson(random, table.wins[cell]!);
        ties[cell] = drawPoisson(random, table.ties[cell]!);
        losses[cell] = drawPoisson(random, table.losses[cell]!);
        total(cell);
      }
      return sample;
    };
    return { codings: [], rows: new Int32Array(0), resample };
  }
  const cellOf = new Map<number, number>();
  for (let cell = 0; cell < table.cells; cell += 1) {
    cellOf.set(table.low[cell]! * table.models + table.high[cell]!, cell);
  }
  const rows: number[] = [];
  const visits: { readonly cell: number; readonly into: Float64Array; readonly weight: number }[] = [];
  scanComparisons(columns, settings, (at, a, b, _points, w, kind) => {
    const [first, second] = [place[a]!, place[b]!];
    if (first < 0 || second < 0) return;
    const cell = cellOf.get(Math.min(first, second) * table.models + Math.max(first, second))!;
    const lowWon = (kind === OUTCOME_CODES.a) === first < second;
    rows.push(at);
    visits.push({ cell, into: kind === OUTCOME_CODES.tie ? ties : lowWon ? wins : losses, weight: w });
  });
  const resample = (random: SeededRandom, codings: readonly ClusterCodes[]): Core['table'] => {
    for (const counts of [wins, ties, losses]) counts.fill(0);
    const timesOf = drawMultiplicities(random, codings);
    visits.forEach(({ cell, into, weight: w }, at) => {
      into[cell]! += timesOf(at) * w;
    });
    for (let cell = 0; cell < table.cells; cell += 1) total(cell);
    return sample;
  };
  const listed = Int32Array.from(rows);
  return { codings: clusterCodes(columns, settings.cluster, listed), rows: listed, resample };
}
