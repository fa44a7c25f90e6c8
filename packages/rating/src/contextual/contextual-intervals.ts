import type { ComparisonColumns, RatingSettings, RatingWarning } from '@agon/domain';
import { type SquareMatrix, sandwichProduct, seededRandom, student95 } from '@agon/stats';
import { drawWays, splitDrawn } from '../bootstrap/bootstrap-ways.ts';
import { clusterCodes, drawMultiplicities } from '../covariance/cluster-codes.ts';
import {
  clusteredSandwich,
  degreesOf,
  describeClusters,
  isTooFew,
  type JointCovariance,
  ratingBlock,
} from '../covariance/joint-covariance.ts';
import { fromCovariance, type GroupIntervals, withoutIntervals } from '../intervals/group-intervals.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { PairTableBuilder } from '../pairs/pair-table.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';
import type { Core } from '../rate-cores.ts';
import type { ContextualTop } from './climb-contextual.ts';
import { contextualScores, listRows } from './contextual-scores.ts';
import { climbAllRows, independentMeat, invertInformation } from './maximise-contextual.ts';
import type { ContextualColumns } from './scan-contextual-rows.ts';

export type ContextualIntervals = {
  readonly intervals: GroupIntervals;
  /** 95 % interval of each feature's effect; null: none. */
  readonly effects: readonly (readonly [low: number, high: number])[] | null;
};

/** Intervals of ratings and effects, as the settings ask, from a fit of `columns`: `known` with their features. */
export function contextualIntervals(
  known: ComparisonColumns,
  columns: ContextualColumns,
  settings: RatingSettings,
  core: Core,
  top: ContextualTop,
  ridge: number,
): ContextualIntervals {
  const { theta, beta } = top.point;
  const m = theta.length;
  const n = m + beta.length;
  const byMatrix = ({ matrix, degrees, warnings }: JointCovariance): ContextualIntervals => {
    if (matrix === null) return without(warnings);
    const reach = student95(degrees);
    return {
      intervals: fromCovariance(theta, ratingBlock(matrix, m), core.anchor, settings.seed, warnings, {
        degrees,
      }),
      effects: Array.from(beta, (value, f) => {
        const half = reach * Math.sqrt(Math.max(0, matrix[(m + f) * (n + 1)]!));
        return [value - half, value + half] as const;
      }),
    };
  };
  switch (settings.interval) {
    case 'none':
      return without([]);
    case 'fisher':
      return byMatrix({ matrix: invertInformation(top), degrees: Number.POSITIVE_INFINITY, warnings: [] });
    case 'sandwich':
      return byMatrix(sandwich(known, columns, settings, core.place, top, ridge));
    case 'bootstrap':
      return bootstrap(known, columns, settings, core, top, ridge);
  }
}

function without(warnings: readonly RatingWarning[]): ContextualIntervals {
  return { intervals: withoutIntervals(warnings), effects: null };
}

function sandwich(
  known: ComparisonColumns,
  columns: ContextualColumns,
  settings: RatingSettings,
  place: Int32Array,
  top: ContextualTop,
  penalty: number,
): JointCovariance {
  const inverse: SquareMatrix = invertInformation(top);
  if (settings.cluster === 'none') {
    const n = top.point.theta.length + top.point.beta.length;
    const matrix = sandwichProduct(inverse, independentMeat(top, penalty), n);
    return { matrix, degrees: Number.POSITIVE_INFINITY, warnings: [] };
  }
  const rows = listRows(columns, settings, place);
  const fitted = { columns, settings, place, used: rows.length, point: top.point, penalty };
  return clusteredSandwich(known, settings, rows, contextualScores(fitted), inverse);
}

/** Percentiles of refits with every comparison, or cluster, counted a Poisson number of times. */
function bootstrap(
  known: ComparisonColumns,
  columns: ContextualColumns,
  settings: RatingSettings,
  core: Core,
  top: ContextualTop,
  ridge: number,
): ContextualIntervals {
  const { theta: fitted, beta } = top.point;
  const m = fitted.length;
  const width = m + beta.length;
  const rows = listRows(columns, settings, core.place);
  const codings = clusterCodes(known, settings.cluster, rows);
  const warnings = describeClusters(known, settings, rows, codings);
  if (isTooFew(codings)) return without(warnings);
  const weight = new Float64Array(columns.length);
  const drawn = drawWays(codings, (way, name) => {
    const theta = new Float64Array(settings.rounds * width);
    let kept = 0;
    for (let round = 0; round < settings.rounds; round += 1) {
      const timesOf = drawMultiplicities(
        seededRandom(`bootstrap/contextual/${settings.seed}${name}/${round}`),
        way,
      );
      rows.forEach((row, at) => {
        weight[row] = timesOf(at) * (known.weight?.[row] ?? 1);
      });
      if (!isStronglyConnected({ ...known, weight }, settings, core.place, m)) continue;
      const refitted = climbAllRows({ ...columns, weight }, settings, core.place, top.point, ridge);
      if (refitted === null) continue;
      theta.set(refitted.point.theta, kept * width);
      theta.set(refitted.point.beta, kept * width + m);
      kept += 1;
    }
    return { theta: theta.subarray(0, kept * width), kept, dropped: settings.rounds - kept };
  });
  const { intervals, others } = splitDrawn(fitted, beta, drawn, core.anchor, degreesOf(codings));
  return {
    intervals: { ...intervals, warnings: [...warnings, ...intervals.warnings] },
    effects: others,
  };
}

function isStronglyConnected(
  columns: ComparisonColumns,
  settings: RatingSettings,
  place: Int32Array,
  models: number,
): boolean {
  const builder = new PairTableBuilder(models);
  scanComparisons(columns, settings, (_row, a, b, points, weight) => {
    const [i, j] = [place[a]!, place[b]!];
    if (i >= 0 && j >= 0) builder.add(i, j, points, weight, 2);
  });
  return connectModels(builder.build()).cores[0]?.length === models;
}
