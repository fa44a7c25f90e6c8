import { factorCholesky, invertCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { logSigmoid } from '../ties/tie-models.ts';

/** `points` of `n` that a model got against an opponent: another model (votes, ties half), or items of a benchmark. */
export type AbilityObservation = {
  readonly model: number;
  /** A model's number; or `models` + an item's. */
  readonly opponent: number;
  /** Whose scale the gap is on: a source with a discrimination of its own, from 0; -1: people's, which is 1. */
  readonly source: number;
  readonly points: number;
  readonly n: number;
};

export type AbilityOptions = {
  /** Standard deviation of the abilities, logits; Infinity: none. */
  readonly abilitySd: number;
  /** Standard deviation of item difficulties, logits. */
  readonly itemSd: number;
  /** Standard deviation of the log of a source's discrimination. */
  readonly logDiscriminationSd: number;
  /** Precision that holds the sum of the abilities near 0; small. */
  readonly gaugePrecision: number;
};

export type AbilityFit = {
  readonly theta: Float64Array;
  readonly difficulty: Float64Array;
  /** By source: how strongly it predicts what people prefer; near 0: not at all. */
  readonly discrimination: Float64Array;
  /** Inverse of the posterior's curvature over (θ, b, ln a). */
  readonly covariance: SquareMatrix;
  readonly logPosterior: number;
  readonly iterations: number;
};

type Sizes = { readonly models: number; readonly items: number; readonly sources: number };

/**
 * One ability behind votes, verdicts and benchmarks: P(i beats j) = σ(a_s (θ_i − θ_j)), P(i solves k) = σ(a_s (θ_i − b_k)),
 * a = 1 for people, b_k ~ N(0, itemSd²), ln a_s ~ N(0, sd²) (Rasch, 1960; Bradley and Terry, 1952, as one likelihood).
 * The maximum of the posterior by Newton's method over (θ, b, ln a).
 * @returns null where Newton's method does not settle
 */
export function fitAbility(
  sizes: Sizes,
  observations: readonly AbilityObservation[],
  options: AbilityOptions,
): AbilityFit | null {
  const { models, items, sources } = sizes;
  const n = models + items + sources;
  let x = new Float64Array(n);
  let value = posterior(sizes, observations, options, x).value;
  for (let iteration = 1; iteration <= 300; iteration += 1) {
    const { gradient, information } = posterior(sizes, observations, options, x);
    const step = ascend(information, gradient, n);
    if (step === null) return null;
    const largest = step.reduce((most, by) => Math.max(most, Math.abs(by)), 0);
    const gain = step.reduce((sum, by, k) => sum + by * gradient[k]!, 0);
    let share = Math.min(1, 2 / largest);
    let next = x.map((old, k) => old + share * step[k]!);
    let nextValue = posterior(sizes, observations, options, next).value;
    while (gain > 1e-12 && !(nextValue >= value + 1e-4 * share * gain) && share > 1e-9) {
      share /= 2;
      next = x.map((old, k) => old + share * step[k]!);
      nextValue = posterior(sizes, observations, options, next).value;
    }
    x = next;
    value = nextValue;
    if (largest < 1e-11) {
      const factor = factorCholesky(posterior(sizes, observations, options, x).information, n);
      if (factor === null) return null;
      return {
        theta: x.slice(0, models),
        difficulty: x.slice(models, models + items),
        discrimination: x.slice(models + items).map(Math.exp),
        covariance: invertCholesky(factor, n),
        logPosterior: value,
        iterations: iteration,
      };
    }
  }
  return null;
}

/** Newton's direction; where the posterior is not concave, with enough of the identity added that it goes up. */
function ascend(information: SquareMatrix, gradient: Float64Array, n: number): Float64Array | null {
  for (let shift = 0; shift < 1e12; shift = shift === 0 ? 1e-6 : 10 * shift) {
    const lifted = Float64Array.from(information);
    for (let k = 0; k < n; k += 1) lifted[k * (n + 1)]! += shift;
    const factor = factorCholesky(lifted, n);
    if (factor !== null) return solveCholesky(factor, n, gradient);
  }
  return null;
}

function posterior(
  { models, items, sources }: Sizes,
  observations: readonly AbilityObservation[],
  options: AbilityOptions,
  x: Float64Array,
): { value: number; gradient: Float64Array; information: SquareMatrix } {
  const n = x.length;
  const gradient = new Float64Array(n);
  const information = new Float64Array(n * n);
  let value = 0;
  const add = (k: number, l: number, by: number): void => {
    information[k * n + l]! += by;
    if (k !== l) information[l * n + k]! += by;
  };
  for (const { model: i, opponent: o, source, points, n: count } of observations) {
    const last = models + items + source;
    const a = source < 0 ? 1 : Math.exp(x[last]!);
    const gap = a * (x[i]! - x[o]!);
    value += points * logSigmoid(gap) + (count - points) * logSigmoid(-gap);
    const residual = points - count * logistic(gap);
    const h = count * logistic(gap) * logistic(-gap);
    gradient[i]! += residual * a;
    gradient[o]! -= residual * a;
    add(i, i, h * a * a);
    add(o, o, h * a * a);
    add(i, o, -h * a * a);
    if (source < 0) continue;
    gradient[last]! += residual * gap;
    // the gap itself bends with ln a, so the residual enters too
    add(i, last, h * a * gap - residual * a);
    add(o, last, -(h * a * gap - residual * a));
    add(last, last, h * gap * gap - residual * gap);
  }
  const hold = (from: number, to: number, sd: number): void => {
    for (let k = from; k < to; k += 1) {
      value -= x[k]! ** 2 / (2 * sd ** 2);
      gradient[k]! -= x[k]! / sd ** 2;
      add(k, k, 1 / sd ** 2);
    }
  };
  hold(0, models, options.abilitySd);
  hold(models, models + items, options.itemSd);
  hold(models + items, models + items + sources, options.logDiscriminationSd);
  let sum = 0;
  for (let i = 0; i < models; i += 1) sum += x[i]!;
  value -= 0.5 * options.gaugePrecision * sum * sum;
  for (let i = 0; i < models; i += 1) {
    gradient[i]! -= options.gaugePrecision * sum;
    for (let j = 0; j <= i; j += 1) add(i, j, options.gaugePrecision);
  }
  return { value, gradient, information };
}
