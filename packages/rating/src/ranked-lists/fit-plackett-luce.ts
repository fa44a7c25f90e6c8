import { factorCholesky, invertCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { centre, fixGauge, releaseGauge } from '../ties/fit-tie-model.ts';

/** One ranking, by numbers of models. */
export type RankedList = {
  /** From the best; models of one place are tied. */
  readonly places: readonly (readonly number[])[];
  /** Below all that have a place, and nothing said between them. */
  readonly unplaced: readonly number[];
  readonly weight: number;
};

export type PlackettLuceFit = {
  /** Logits, Σθ = 0. */
  readonly theta: Float64Array;
  /** Pseudo-inverse of the information: the covariance if the model held. */
  readonly inverse: SquareMatrix;
  readonly logLikelihood: number;
  readonly iterations: number;
};

/** One choice: of `models`, each `won` this share of it. Shares sum to 1. */
type Stage = { readonly models: readonly number[]; readonly won: readonly number[]; readonly weight: number };

/**
 * Plackett–Luce: a list is drawn place by place, each time the next model with probability e^θ over those left; lists
 * of two are Bradley–Terry. Tied models: the mean of the log-likelihood over all their orders, which for two is a half
 * each way. Newton's method (Hunter, 2004, Annals of Statistics 32(1), has the likelihood and when its maximum exists).
 * @param lists connected such that a maximum exists: see `connectModels`
 * @returns null where Newton's method does not settle, as where there is no maximum
 */
export function fitPlackettLuce(models: number, lists: readonly RankedList[]): PlackettLuceFit | null {
  const stages = lists.flatMap(stagesOf);
  const theta = new Float64Array(models);
  for (let iteration = 1; iteration <= 200; iteration += 1) {
    const { value, gradient, information } = likelihood(models, stages, theta);
    const epsilon = fixGauge(information, models, models);
    const factor = factorCholesky(information, models);
    if (factor === null) return null;
    const step = solveCholesky(factor, models, gradient);
    const largest = step.reduce((most, by) => Math.max(most, Math.abs(by)), 0);
    if (largest < 1e-10) {
      centre(theta);
      const inverse = invertCholesky(factor, models);
      releaseGauge(inverse, models, models, epsilon);
      return { theta, inverse, logLikelihood: value, iterations: iteration };
    }
    const share = largest > 1 ? 0.5 / largest : 1;
    for (let i = 0; i < models; i += 1) theta[i]! += share * step[i]!;
    if (!Number.isFinite(largest) || theta.some((by) => Math.abs(by) > 300)) return null;
  }
  return null;
}

/** Slope of one list's log-likelihood by each model in it. */
export function scoreList(list: RankedList, theta: Float64Array): ReadonlyMap<number, number> {
  const score = new Map<number, number>();
  for (const { models, won, weight } of stagesOf(list)) {
    const shares = sharesOf(models, theta).shares;
    models.forEach((model, k) => {
      score.set(model, (score.get(model) ?? 0) + weight * (won[k]! - shares[k]!));
    });
  }
  return score;
}

/**
 * The choices that make a list. Of t tied models those left after some were taken may be any subset, all of one size
 * alike: 1 / C(t, size), and then each of them is next alike.
 */
function stagesOf({ places, unplaced, weight }: RankedList): Stage[] {
  const stages: Stage[] = [];
  places.forEach((tied, place) => {
    const below = [...places.slice(place + 1).flat(), ...unplaced];
    for (let subset = 1; subset < 2 ** tied.length; subset += 1) {
      const left = tied.filter((_, k) => (subset >> k) % 2 === 1);
      const models = [...left, ...below];
      if (models.length < 2) continue;
      stages.push({
        models,
        won: models.map((_, k) => (k < left.length ? 1 / left.length : 0)),
        weight: weight / choose(tied.length, left.length),
      });
    }
  });
  return stages;
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i += 1) ways = (ways * (n - k + i)) / i;
  return ways;
}

function likelihood(m: number, stages: readonly Stage[], theta: Float64Array) {
  const gradient = new Float64Array(m);
  const information = new Float64Array(m * m);
  let value = 0;
  for (const { models, won, weight } of stages) {
    const { shares, logSum } = sharesOf(models, theta);
    models.forEach((i, k) => {
      if (won[k]! > 0) value += weight * won[k]! * (theta[i]! - logSum);
      gradient[i]! += weight * (won[k]! - shares[k]!);
      information[i * m + i]! += weight * shares[k]!;
      models.forEach((j, l) => {
        information[i * m + j]! -= weight * shares[k]! * shares[l]!;
      });
    });
  }
  return { value, gradient, information };
}

function sharesOf(models: readonly number[], theta: Float64Array) {
  let top = Number.NEGATIVE_INFINITY;
  for (const i of models) top = Math.max(top, theta[i]!);
  const powers = models.map((i) => Math.exp(theta[i]! - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { shares: powers.map((power) => power / sum), logSum: top + Math.log(sum) };
}
