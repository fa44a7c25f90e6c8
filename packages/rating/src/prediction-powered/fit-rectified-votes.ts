import type { ClusterChoice, RatingWarning } from '@agon/domain';
import { type SquareMatrix, sandwichProduct } from '@agon/stats';
import {
  type BradleyTerryFit,
  fitBradleyTerry,
  maximiseBradleyTerry,
} from '../bradley-terry/fit-bradley-terry.ts';
import { clipToSemidefinite } from '../covariance/clip-to-semidefinite.ts';
import { degreesOfFreedom } from '../covariance/degrees-of-freedom.ts';
import { joinCodes } from '../covariance/join-codes.ts';
import { clippedWarning, clusterWarnings, isSemidefinite } from '../covariance/sandwich-covariance.ts';
import { sumClusterScores } from '../covariance/sum-cluster-scores.ts';
import { logistic } from '../elo-scale.ts';
import type { PairTable } from '../pairs/pair-table.ts';
import { type RectifiedVotes, rectifyTable } from './rectified-votes.ts';

export type RectifiedFit = {
  readonly fit: BradleyTerryFit;
  /** Sandwich over the clusters; null where there are fewer than two. */
  readonly covariance: SquareMatrix | null;
  /** The same of people alone, on the same votes and clusters. */
  readonly alone: BradleyTerryFit;
  readonly aloneCovariance: SquareMatrix | null;
  readonly lambda: number;
  /** See `degreesOfFreedom`. */
  readonly degrees: number;
  readonly warnings: readonly RatingWarning[];
};

/** Halvings of λ before it is set to 0, where the rectified points have no finite maximum. */
const MAX_HALVINGS = 6;

/**
 * Prediction-powered Bradley–Terry with the judges' part balanced pair by pair (Angelopoulos, Duchi and Zrnic, 2023,
 * arXiv 2311.01453, power tuning; stratified as Fisch and others, 2024, arXiv 2406.04291): of people's points on each
 * pair is taken off λ times how much better the judges liked model i on the battles that people saw than on all that
 * judges saw. That difference is 0 in expectation, so people's taste alone is estimated, whatever the judges' bias; and
 * the more it goes with people's votes, the more of their chance it takes away. λ minimises tr V at people's fit.
 */
export function fitRectifiedVotes(
  table: PairTable,
  rectified: RectifiedVotes,
  cluster: ClusterChoice,
): RectifiedFit {
  const alone = fitBradleyTerry(table);
  const people = scoresOf(rectified, alone.theta, 0);
  const meatOf = (scores: Float64Array): Meat => clusteredMeat(rectified, scores, cluster, table.models);
  const own = meatOf(people);
  const traceOf = (meat: SquareMatrix): number => trace(squeeze(alone, meat));
  // by polarisation: both cross products at once, whatever the clusters
  const judges = meatOf(rectified.control);
  const difference = meatOf(people.map((score, at) => score - rectified.control[at]!));
  const judgesTrace = traceOf(judges.matrix);
  const crossed = (traceOf(own.matrix) + judgesTrace - traceOf(difference.matrix)) / 2;
  let lambda =
    own.clusters < 2 || !(judgesTrace > 1e-12 * traceOf(own.matrix))
      ? 0
      : Math.min(1, Math.max(0, crossed / judgesTrace));
  let fit = alone;
  for (let halving = 0; lambda > 0; halving += 1) {
    const rectifiedTable = rectifyTable(table, rectified, lambda);
    if (maximiseBradleyTerry(rectifiedTable, alone.theta) !== null) {
      fit = fitBradleyTerry(rectifiedTable);
      break;
    }
    lambda = halving < MAX_HALVINGS ? lambda / 2 : 0;
  }
  const final = lambda === 0 ? own : meatOf(scoresOf(rectified, fit.theta, lambda));
  return {
    fit,
    covariance: final.clusters < 2 ? null : squeeze(fit, final.matrix),
    alone,
    aloneCovariance: own.clusters < 2 ? null : squeeze(alone, own.matrix),
    lambda,
    degrees: cluster === 'none' ? Number.POSITIVE_INFINITY : degreesOfFreedom([final.clusters]),
    warnings: final.warnings,
  };
}

/** Score of each entry: (w (y − p) − λ control) (e_i − e_j). */
function scoresOf(rectified: RectifiedVotes, theta: Float64Array, lambda: number): Float64Array {
  const { i, j, weight, share, control, votes } = rectified;
  return control.map((value, at) => {
    const own = at < votes ? weight[at]! * (share[at]! - logistic(theta[i[at]!]! - theta[j[at]!]!)) : 0;
    return own - lambda * value;
  });
}

type Meat = {
  readonly matrix: SquareMatrix;
  readonly clusters: number;
  readonly warnings: readonly RatingWarning[];
};

/** All that was said of one battle is one draw at least: the judges' word on it is shared by its votes. */
function clusteredMeat(
  rectified: RectifiedVotes,
  scores: Float64Array,
  cluster: ClusterChoice,
  m: number,
): Meat {
  const { votes, length } = rectified;
  const sum = (codes: Int32Array, from: number, to: number) =>
    sumClusterScores(
      {
        length: to - from,
        row: new Int32Array(to - from),
        i: rectified.i.subarray(from, to),
        j: rectified.j.subarray(from, to),
        score: scores.subarray(from, to),
      },
      codes.subarray(from, to),
      m,
    );
  const add = (x: SquareMatrix, y: SquareMatrix, sign = 1): SquareMatrix =>
    x.map((value, k) => value + sign * y[k]!);
  const byVotes = (name: 'rater' | 'prompt') => {
    const known = sum(rectified[name], 0, votes);
    return { ...known, warnings: clusterWarnings(name, known, votes) };
  };
  switch (cluster) {
    case 'none':
      return { matrix: sum(rectified.battle, 0, length).meat, clusters: 2, warnings: [] };
    case 'prompt': {
      const { clusters, warnings } = byVotes('prompt');
      return { matrix: sum(rectified.prompt, 0, length).meat, clusters, warnings };
    }
    case 'rater': {
      const { meat, clusters, warnings } = byVotes('rater');
      return { matrix: add(meat, sum(rectified.battle, votes, length).meat), clusters, warnings };
    }
    case 'rater,prompt': {
      const [rater, prompt] = [byVotes('rater'), byVotes('prompt')];
      const both = sum(joinCodes(rectified.rater, rectified.prompt), 0, votes);
      const matrix = add(add(rater.meat, sum(rectified.prompt, 0, length).meat), both.meat, -1);
      const warnings = [...rater.warnings, ...prompt.warnings];
      if (!isSemidefinite(matrix, m)) {
        clipToSemidefinite(matrix, m);
        warnings.push(clippedWarning());
      }
      return { matrix, clusters: Math.min(rater.clusters, prompt.clusters), warnings };
    }
  }
}

function squeeze({ inverse, theta }: BradleyTerryFit, meat: SquareMatrix): SquareMatrix {
  return sandwichProduct(inverse, meat, theta.length);
}

/** Σ of the diagonal. */
export function trace(matrix: SquareMatrix): number {
  const m = Math.sqrt(matrix.length);
  let sum = 0;
  for (let i = 0; i < m; i += 1) sum += matrix[i * m + i]!;
  return sum;
}
