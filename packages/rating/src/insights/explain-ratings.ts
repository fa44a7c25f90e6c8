import type { ComparisonColumns, GroupInsights, RatingInsights, RatingSettings } from '@agon/domain';
import { factorSemidefinite, type SquareMatrix, shapeDraws, student95, studentCdf, Z95 } from '@agon/stats';
import { type BradleyTerryFit, fitBradleyTerry } from '../bradley-terry/fit-bradley-terry.ts';
import type { RatedGroup } from '../bradley-terry/rate-bradley-terry.ts';
import type { ClusterCounter } from '../covariance/cluster-counter.ts';
import { type Covariance, sandwichCovariance } from '../covariance/sandwich-covariance.ts';
import { ELO_PER_LOGIT } from '../elo-scale.ts';
import { KeptDraws } from '../intervals/kept-draws.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { countComparisons, type PairTable, sliceTable } from '../pairs/pair-table.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { prepareColumns } from '../prepare-columns.ts';
import { pairGains } from './pair-gains.ts';
import { votesToFlip } from './votes-to-flip.ts';
import { votesToSeparate } from './votes-to-separate.ts';

/** Draws behind the chance of being first: its own error is then below 1 point. */
const DRAWS = 4000;
const firstNoise = new KeptDraws('first', DRAWS);
/** Beyond this many models a matrix of all pairs is no longer read by anybody. */
const MAX_MODELS = 300;
/** Challengers for whom flips are counted: the nearest to the top. */
const CHALLENGERS = 3;

/**
 * What the whole covariance of a Bradley–Terry fit says beyond each model's interval, for every group of models that can
 * be compared, the largest first. Left out: groups without a covariance (one cluster), of fewer than 2 or more than 300
 * models. Null where no group is left, for other methods and for a prior.
 * @throws as `fitRatings` does for data without a comparison
 */
export function explainRatings(given: ComparisonColumns, settings: RatingSettings): RatingInsights | null {
  if (!isExplained(settings)) return null;
  const columns = prepareColumns(given, settings);
  const { table } = tallyComparisons(columns, settings);
  const groups = connectModels(table, columns.models).cores.map((members) => ({
    members,
    table: sliceTable(table, members),
    covariance: null,
  }));
  return explainGroups(columns, settings, groups);
}

/** Whether `fitCountsExplained` can tell what `explainRatings` would, where counts are enough for the fit. */
export function countsExplain(
  { cluster, interval }: RatingSettings,
  clusters: ClusterCounter | null,
): boolean {
  return cluster === 'none' || interval === 'fisher' || clusters !== null;
}

export function isExplained({ method, ties, prior }: RatingSettings): boolean {
  return method === 'bradley-terry' && ties !== 'model' && prior === null;
}

/** @param clusters the comparisons by cluster, where they are not in `columns` */
export function explainGroups(
  columns: ComparisonColumns,
  settings: RatingSettings,
  groups: readonly RatedGroup[],
  clusters?: ClusterCounter,
): RatingInsights | null {
  // of groups of one size that of the first component, which does not depend on how models are numbered
  const bySize = groups.toSorted((x, y) => y.members.length - x.members.length);
  const [largest, ...others] = bySize.flatMap((group) => {
    const explained = explainGroup(columns, settings, group, clusters);
    return explained === null ? [] : [explained];
  });
  return largest === undefined ? null : { ...largest, others };
}

function explainGroup(
  columns: ComparisonColumns,
  settings: RatingSettings,
  { members, table, covariance: known }: RatedGroup,
  clusters: ClusterCounter | undefined,
): GroupInsights | null {
  if (members.length < 2 || members.length > MAX_MODELS) return null;
  // from nothing, wherever the ratings' own search began: what is said of level models then hangs on the votes alone
  const fit = fitBradleyTerry(table);
  const { matrix: covariance, degrees } =
    known ?? covarianceOf(columns, settings, members, table, fit, clusters);
  if (covariance === null) return null;
  const name = (i: number): string => columns.models[members[i]!]!;
  const order = members
    .map((_, i) => i)
    .sort((x, y) => fit.theta[y]! - fit.theta[x]! || (name(x) < name(y) ? -1 : 1));
  const error = (i: number, j: number): number => differenceError(covariance, members.length, i, j);
  const reach = student95(degrees);
  const widening = (reach / Z95) ** 2;
  const first = chanceOfFirst(fit.theta, covariance, degrees, settings.seed);
  const ties = tieShare(table);
  const plan = (i: number, j: number): GroupInsights['planner'][number] => {
    const gap = fit.theta[i]! - fit.theta[j]!;
    const margin = reach * error(i, j);
    return {
      modelA: name(i),
      modelB: name(j),
      gap: ELO_PER_LOGIT * gap,
      margin: ELO_PER_LOGIT * margin,
      settled: gap > margin,
      votes: gap < 1e-9 ? null : votesToSeparate(ELO_PER_LOGIT * gap, ties),
    };
  };
  return {
    models: order.map(name),
    pairwise: order.map((i) =>
      order.map((j) => (i === j ? null : chanceAbove(fit.theta[i]! - fit.theta[j]!, error(i, j), degrees))),
    ),
    covariance: order.map((i) => order.map((j) => widening * covariance[i * members.length + j]!)),
    pFirst: order.map((i) => first[i]!),
    tiers: tiersOf(order, fit.theta, (i, j) => reach * error(i, j)),
    flip: fewestFlips(table, fit, order, name),
    ask: worthAsking(fit, order, plan),
    planner: order.slice(1).map((j, at) => plan(order[at]!, j)),
  };
}

function covarianceOf(
  columns: ComparisonColumns,
  settings: RatingSettings,
  members: readonly number[],
  table: PairTable,
  fit: BradleyTerryFit,
  clusters: ClusterCounter | undefined,
): Pick<Covariance, 'matrix' | 'degrees'> {
  if (settings.interval === 'fisher') return { matrix: fit.inverse, degrees: Number.POSITIVE_INFINITY };
  const place = new Int32Array(columns.models.length).fill(-1);
  members.forEach((model, i) => {
    place[model] = i;
  });
  return sandwichCovariance({ columns, settings, place, table, fit, clusters });
}

/** Pairs that are named: more than a reader will ask before the board is fitted again. */
const ASKED = 10;

function worthAsking(
  { theta, inverse }: BradleyTerryFit,
  order: readonly number[],
  plan: (upper: number, lower: number) => GroupInsights['planner'][number],
): GroupInsights['ask'] {
  const m = theta.length;
  let total = 0;
  for (let i = 0; i < m; i += 1) total += inverse[i * m + i]!;
  const place = new Map(order.map((model, at) => [model, at]));
  return pairGains(theta, inverse)
    .sort((x, y) => y.gain - x.gain || x.i - y.i || x.j - y.j)
    .slice(0, ASKED)
    .map(({ i, j, gain, information }) => {
      const [upper, lower] = place.get(i)! < place.get(j)! ? [i, j] : [j, i];
      return { ...plan(upper, lower), gain: gain / total, information };
    });
}

function differenceError(covariance: SquareMatrix, m: number, i: number, j: number): number {
  const variance = covariance[i * m + i]! + covariance[j * m + j]! - 2 * covariance[i * m + j]!;
  return Math.sqrt(Math.max(0, variance));
}

/**
 * P(the true gap is above 0), by Student's t as the intervals are, so that 97.5 % is where an interval of the gap ends at
 * 0. Without any error the sign decides.
 */
function chanceAbove(gap: number, error: number, degrees: number): number {
  if (error > 1e-12) return studentCdf(gap / error, degrees);
  return gap > 1e-9 ? 1 : gap < -1e-9 ? 0 : 0.5;
}

/** How often each model has the highest of draws from t(θ, V); models that draw level share. */
function chanceOfFirst(
  theta: Float64Array,
  covariance: SquareMatrix,
  degrees: number,
  seed: number,
): Float64Array {
  const m = theta.length;
  const scales = firstNoise.scales(seed, degrees);
  const lower = factorSemidefinite(covariance, m);
  const errors = shapeDraws(firstNoise.normal(seed, m), DRAWS, lower, m);
  const share = new Float64Array(m);
  const drawn = new Float64Array(m);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const scale = scales[draw]!;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < m; i += 1) {
      const value = theta[i]! + scale * errors[draw * m + i]!;
      drawn[i] = value;
      if (value > highest) highest = value;
    }
    let level = 0;
    for (let i = 0; i < m; i += 1) if (drawn[i]! >= highest - 1e-9) level += 1;
    for (let i = 0; i < m; i += 1) if (drawn[i]! >= highest - 1e-9) share[i]! += 1 / level;
  }
  return share.map((count) => count / DRAWS);
}

/**
 * The best model opens tier 1 and stays its anchor: all that the data cannot tell from it belong there. The first that
 * they can opens the next tier. A fixed anchor keeps a chain of close neighbours from becoming one tier.
 */
function tiersOf(
  order: readonly number[],
  theta: Float64Array,
  margin: (i: number, j: number) => number,
): number[] {
  let tier = 1;
  let anchor = order[0]!;
  return order.map((i) => {
    if (theta[anchor]! - theta[i]! > margin(anchor, i) + 1e-9) {
      tier += 1;
      anchor = i;
    }
    return tier;
  });
}

function fewestFlips(
  table: PairTable,
  fit: BradleyTerryFit,
  order: readonly number[],
  name: (i: number) => string,
): GroupInsights['flip'] {
  // with weights a vote is no unit that could be counted
  if (!table.plain) return null;
  const leader = order[0]!;
  const of = countComparisons(table);
  let best: GroupInsights['flip'] = null;
  for (const challenger of order.slice(1, 1 + CHALLENGERS)) {
    const flip = votesToFlip(table, fit, leader, challenger, best?.votes);
    if (flip === null) continue;
    best = {
      leader: name(leader),
      challenger: name(challenger),
      votes: flip.votes,
      of,
      gapAfter: ELO_PER_LOGIT * flip.gapAfter,
    };
  }
  return best;
}

function tieShare(table: PairTable): number {
  let [ties, all] = [0, 0];
  for (let cell = 0; cell < table.cells; cell += 1) {
    ties += table.ties[cell]!;
    all += table.weight[cell]!;
  }
  // all ties carry no information, and no plan
  return Math.min(0.99, ties / all);
}
