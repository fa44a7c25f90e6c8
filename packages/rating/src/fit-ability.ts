import { factorCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { logistic } from './elo-scale.ts';
import { logSigmoid } from './tie-models.ts';

/** Votes of one pair: i's points (ties half) of `n`. */
export type AbilityVotes = {
  readonly i: number;
  readonly j: number;
  readonly points: number;
  readonly n: number;
};

/** Item by model: solved (1), not (0), or not tried (null). */
export type AbilityItems = readonly (readonly (0 | 1 | null)[])[];

export type AbilityOptions = {
  /** Standard deviation of item difficulties, logits. */
  readonly itemSd: number;
  /** Standard deviation of the log of the source's discrimination. */
  readonly logDiscriminationSd: number;
  /** Precision that holds the sum of the abilities near 0; small. */
  readonly gaugePrecision: number;
};

export type AbilityFit = {
  readonly theta: Float64Array;
  readonly difficulty: Float64Array;
  /** How strongly the items tell of what people prefer; near 0: nothing. */
  readonly discrimination: number;
  readonly logPosterior: number;
  readonly iterations: number;
};

/**
 * One ability behind votes and a benchmark's items: P(i beats j) = σ(θ_i − θ_j), P(i solves k) = σ(a (θ_i − b_k)),
 * b_k ~ N(0, itemSd²), ln a ~ N(0, sd²). The maximum of the posterior by Newton's method over (θ, b, ln a).
 * @returns null where Newton's method does not settle
 */
export function fitAbility(
  models: number,
  votes: readonly AbilityVotes[],
  items: AbilityItems,
  options: AbilityOptions,
): AbilityFit | null {
  const n = models + items.length + 1;
  let x = new Float64Array(n);
  let value = posterior(models, votes, items, options, x).value;
  for (let iteration = 1; iteration <= 300; iteration += 1) {
    const { gradient, information } = posterior(models, votes, items, options, x);
    const step = ascend(information, gradient, n);
    if (step === null) return null;
    const largest = step.reduce((most, by) => Math.max(most, Math.abs(by)), 0);
    const gain = step.reduce((sum, by, k) => sum + by * gradient[k]!, 0);
    let share = Math.min(1, 2 / largest);
    let next = x.map((old, k) => old + share * step[k]!);
    let nextValue = posterior(models, votes, items, options, next).value;
    while (gain > 1e-12 && !(nextValue >= value + 1e-4 * share * gain) && share > 1e-9) {
      share /= 2;
      next = x.map((old, k) => old + share * step[k]!);
      nextValue = posterior(models, votes, items, options, next).value;
    }
    x = next;
    value = nextValue;
    if (largest < 1e-11) {
      return {
        theta: x.slice(0, models),
        difficulty: x.slice(models, n - 1),
        discrimination: Math.exp(x[n - 1]!),
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
  m: number,
  votes: readonly AbilityVotes[],
  items: AbilityItems,
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
  for (const { i, j, points, n: count } of votes) {
    const gap = x[i]! - x[j]!;
    value += points * logSigmoid(gap) + (count - points) * logSigmoid(-gap);
    const residual = points - count * logistic(gap);
    const h = count * logistic(gap) * logistic(-gap);
    gradient[i]! += residual;
    gradient[j]! -= residual;
    add(i, i, h);
    add(j, j, h);
    add(i, j, -h);
  }
  const last = n - 1;
  const a = Math.exp(x[last]!);
  items.forEach((row, k) => {
    const item = m + k;
    row.forEach((solved, i) => {
      if (solved === null) return;
      const reach = x[i]! - x[item]!;
      const gap = a * reach;
      value += logSigmoid(solved === 1 ? gap : -gap);
      const residual = solved - logistic(gap);
      const h = logistic(gap) * logistic(-gap);
      gradient[i]! += residual * a;
      gradient[item]! -= residual * a;
      gradient[last]! += residual * gap;
      add(i, i, h * a * a);
      add(item, item, h * a * a);
      add(i, item, -h * a * a);
      // the gap itself bends with ln a, so the residual enters too
      add(i, last, h * a * gap - residual * a);
      add(item, last, -(h * a * gap - residual * a));
      add(last, last, h * gap * gap - residual * gap);
    });
    value -= x[item]! ** 2 / (2 * options.itemSd ** 2);
    gradient[item]! -= x[item]! / options.itemSd ** 2;
    add(item, item, 1 / options.itemSd ** 2);
  });
  value -= x[last]! ** 2 / (2 * options.logDiscriminationSd ** 2);
  gradient[last]! -= x[last]! / options.logDiscriminationSd ** 2;
  add(last, last, 1 / options.logDiscriminationSd ** 2);
  let sum = 0;
  for (let i = 0; i < m; i += 1) sum += x[i]!;
  value -= 0.5 * options.gaugePrecision * sum * sum;
  for (let i = 0; i < m; i += 1) {
    gradient[i]! -= options.gaugePrecision * sum;
    for (let j = 0; j <= i; j += 1) add(i, j, options.gaugePrecision);
  }
  return { value, gradient, information };
}
