import { factorCholesky, invertCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { logSigmoid } from '../ties/tie-models.ts';

/** `points` of `n` that one model got against another (ties half): votes of people, or verdicts of one judge. */
export type AbilityPair = {
  readonly model: number;
  readonly opponent: number;
  /** Number of the judge; −1: people. */
  readonly judge: number;
  readonly points: number;
  readonly n: number;
};

/** A benchmark's score of one model: the logit of its share above chance, and that logit's sampling variance. */
export type AbilityScore = {
  readonly model: number;
  readonly benchmark: number;
  readonly logit: number;
  readonly variance: number;
};

export type AbilitySizes = { readonly models: number; readonly judges: number; readonly benchmarks: number };

/** Posterior mode of the ability model, with what Laplace's approximation says of its errors. */
export type AbilityFit = {
  /** What benchmarks measure, logits, by model. */
  readonly objective: Float64Array;
  /** What people like: s = ρθ + u. */
  readonly preference: Float64Array;
  /** Liked beyond what benchmarks predict. */
  readonly liking: Float64Array;
  readonly likingSd: Float64Array;
  /** Covariance of (objective, preference), 2M × 2M. */
  readonly covariance: SquareMatrix;
  /** How strongly liking follows measuring. */
  readonly rho: { readonly value: number; readonly sd: number };
  readonly judges: readonly {
    /** How strongly its verdicts follow what people like; people 1. */
    readonly discrimination: number;
    readonly discriminationSd: number;
    /** Spread of its own taste over models, logits. */
    readonly tasteSd: number;
    /** By model: the judge's bias for it, shared and own, and its error; logits on the judge's scale. */
    readonly bias: Float64Array;
    readonly biasSd: Float64Array;
    /** Mean squared residual in standard errors: near 1 where the model holds. */
    readonly misfit: number | null;
  }[];
  /** Taste that all judges share, by model, and its error. */
  readonly sharedBias: Float64Array;
  readonly sharedBiasSd: Float64Array;
  readonly benchmarks: readonly {
    readonly discrimination: number;
    readonly discriminationSd: number;
    /** Spread of cells about their prediction, logits. */
    readonly residualSd: number;
    readonly misfit: number | null;
  }[];
  readonly peopleMisfit: number | null;
};

const OBJECTIVE_SD = 1.5;
const LIKING_SD = 0.6;
const SHARED_BIAS_SD = 0.5;
const LOG_DISCRIMINATION_SD = 0.5;
const RHO_SD = 0.5;
const EASE_SD = 3;
/** Where the spread of a judge's taste and of a benchmark's residuals start; too wide costs little, too narrow coverage. */
const TASTE_SD = 0.7;
const RESIDUAL_SD = 0.5;
/** So many models of the starting spread are added to those that a spread is estimated from. */
const PRIOR_MODELS = 4;
const ROUNDS = 12;

/**
 * One model of everything that is known: P(people prefer i to j) = σ(s_i − s_j); a judge's verdicts
 * σ(α(s_i − s_j) + δ_i − δ_j) with δ = ω + ζ, ω shared by all judges; a benchmark's logit a(θ − b) + ε; s = ρθ + u.
 * People are the anchor: α = 1, δ = 0. The mode by Fisher scoring, spreads of ζ and ε by EM around it.
 * @returns null where the search does not settle
 */
export function fitAbility(
  sizes: AbilitySizes,
  pairs: readonly AbilityPair[],
  scores: readonly AbilityScore[],
): AbilityFit | null {
  const at = layout(sizes);
  const taste = new Float64Array(sizes.judges).fill(TASTE_SD ** 2);
  const residual = new Float64Array(sizes.benchmarks).fill(RESIDUAL_SD ** 2);
  let x = new Float64Array(at.size);
  x[at.rho] = 1;
  let covariance: SquareMatrix | null = null;
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = climb(at, sizes, pairs, scores, taste, residual, x);
    if (found === null) return null;
    x = found.x;
    covariance = found.covariance;
    let moved = 0;
    const update = (spreads: Float64Array, k: number, squares: number, of: number, start: number): void => {
      const next = (squares + PRIOR_MODELS * start ** 2) / (of + PRIOR_MODELS);
      moved = Math.max(moved, Math.abs(Math.log(next / spreads[k]!)));
      spreads[k] = next;
    };
    for (let j = 0; j < sizes.judges; j += 1) {
      let squares = 0;
      for (let i = 0; i < sizes.models; i += 1) {
        const k = at.own(j, i);
        squares += x[k]! ** 2 + covariance[k * (at.size + 1)]!;
      }
      update(taste, j, squares, sizes.models, TASTE_SD);
    }
    for (let k = 0; k < sizes.benchmarks; k += 1) {
      let squares = 0;
      let of = 0;
      for (const score of scores) {
        if (score.benchmark !== k) continue;
        const terms = scoreTerms(at, x, score);
        const off = score.logit - terms.value;
        const share = residual[k]! / (residual[k]! + score.variance);
        squares +=
          share ** 2 * (off ** 2 + quadratic(covariance, at.size, terms.slope)) + share * score.variance;
        of += 1;
      }
      update(residual, k, squares, of, RESIDUAL_SD);
    }
    if (moved < 1e-4) break;
  }
  return covariance === null ? null : describe(at, sizes, pairs, scores, taste, residual, x, covariance);
}

type Layout = ReturnType<typeof layout>;
type Slope = readonly (readonly [at: number, by: number])[];

function layout({ models: m, judges, benchmarks }: AbilitySizes) {
  const own = 3 * m;
  const logAlpha = own + judges * m;
  const ease = logAlpha + judges;
  const logA = ease + benchmarks;
  return {
    theta: (i: number) => i,
    liking: (i: number) => m + i,
    shared: (i: number) => 2 * m + i,
    own: (j: number, i: number) => own + j * m + i,
    logAlpha: (j: number) => logAlpha + j,
    ease: (k: number) => ease + k,
    logA: (k: number) => logA + k,
    rho: logA + benchmarks,
    size: logA + benchmarks + 1,
  };
}

function pairTerms(at: Layout, x: Float64Array, { model: i, opponent: o, judge }: AbilityPair) {
  const rho = x[at.rho]!;
  const measured = x[at.theta(i)]! - x[at.theta(o)]!;
  const gap = rho * measured + x[at.liking(i)]! - x[at.liking(o)]!;
  const alpha = judge < 0 ? 1 : Math.exp(x[at.logAlpha(judge)]!);
  const slope: [number, number][] = [
    [at.theta(i), alpha * rho],
    [at.theta(o), -alpha * rho],
    [at.liking(i), alpha],
    [at.liking(o), -alpha],
    [at.rho, alpha * measured],
  ];
  if (judge < 0) return { value: gap, slope };
  slope.push(
    [at.shared(i), 1],
    [at.shared(o), -1],
    [at.own(judge, i), 1],
    [at.own(judge, o), -1],
    [at.logAlpha(judge), alpha * gap],
  );
  const bias = (k: number): number => x[at.shared(k)]! + x[at.own(judge, k)]!;
  return { value: alpha * gap + bias(i) - bias(o), slope };
}

function scoreTerms(at: Layout, x: Float64Array, { model, benchmark }: AbilityScore) {
  const a = Math.exp(x[at.logA(benchmark)]!);
  const gap = x[at.theta(model)]! - x[at.ease(benchmark)]!;
  const slope: Slope = [
    [at.theta(model), a],
    [at.ease(benchmark), -a],
    [at.logA(benchmark), a * gap],
  ];
  return { value: a * gap, slope };
}

function quadratic(matrix: SquareMatrix, n: number, slope: Slope): number {
  return slope.reduce(
    (sum, [i, by]) => sum + slope.reduce((row, [j, and]) => row + by * and * matrix[i * n + j]!, 0),
    0,
  );
}

/** Mode under given spreads; the information is Fisher's, which never turns downwards. */
function climb(
  at: Layout,
  sizes: AbilitySizes,
  pairs: readonly AbilityPair[],
  scores: readonly AbilityScore[],
  taste: Float64Array,
  residual: Float64Array,
  from: Float64Array,
): { x: Float64Array<ArrayBuffer>; covariance: SquareMatrix } | null {
  const n = at.size;
  const centre = new Float64Array(n);
  centre[at.rho] = 1;
  const precision = new Float64Array(n);
  for (let i = 0; i < sizes.models; i += 1) {
    precision[at.theta(i)] = 1 / OBJECTIVE_SD ** 2;
    precision[at.liking(i)] = 1 / LIKING_SD ** 2;
    precision[at.shared(i)] = 1 / SHARED_BIAS_SD ** 2;
    for (let j = 0; j < sizes.judges; j += 1) precision[at.own(j, i)] = 1 / taste[j]!;
  }
  for (let j = 0; j < sizes.judges; j += 1) precision[at.logAlpha(j)] = 1 / LOG_DISCRIMINATION_SD ** 2;
  for (let k = 0; k < sizes.benchmarks; k += 1) {
    precision[at.ease(k)] = 1 / EASE_SD ** 2;
    precision[at.logA(k)] = 1 / LOG_DISCRIMINATION_SD ** 2;
  }
  precision[at.rho] = 1 / RHO_SD ** 2;

  const valueAt = (x: Float64Array): number => {
    let value = 0;
    for (let k = 0; k < n; k += 1) value -= (precision[k]! * (x[k]! - centre[k]!) ** 2) / 2;
    for (const pair of pairs) {
      const eta = pairTerms(at, x, pair).value;
      value += pair.points * logSigmoid(eta) + (pair.n - pair.points) * logSigmoid(-eta);
    }
    for (const score of scores) {
      const off = score.logit - scoreTerms(at, x, score).value;
      value -= off ** 2 / (2 * (score.variance + residual[score.benchmark]!));
    }
    return value;
  };

  let x = Float64Array.from(from);
  let value = valueAt(x);
  for (let iteration = 0; iteration < 200; iteration += 1) {
    const gradient = new Float64Array(n);
    const information = new Float64Array(n * n);
    for (let k = 0; k < n; k += 1) {
      gradient[k] = -precision[k]! * (x[k]! - centre[k]!);
      information[k * (n + 1)] = precision[k]!;
    }
    const add = (slope: Slope, residual: number, weight: number): void => {
      for (const [i, by] of slope) {
        gradient[i]! += by * residual;
        for (const [j, and] of slope) information[i * n + j]! += by * and * weight;
      }
    };
    for (const pair of pairs) {
      const { value: eta, slope } = pairTerms(at, x, pair);
      const p = logistic(eta);
      add(slope, pair.points - pair.n * p, pair.n * p * (1 - p));
    }
    for (const score of scores) {
      const { value: fitted, slope } = scoreTerms(at, x, score);
      const weight = 1 / (score.variance + residual[score.benchmark]!);
      add(slope, (score.logit - fitted) * weight, weight);
    }
    const factor = factorCholesky(information, n);
    if (factor === null) return null;
    const step = solveCholesky(factor, n, gradient);
    const gain = step.reduce((sum, by, k) => sum + by * gradient[k]!, 0);
    if (gain < 1e-14) return { x, covariance: invertCholesky(factor, n) };
    let share = Math.min(1, 2 / step.reduce((most, by) => Math.max(most, Math.abs(by)), 0));
    let next = x.map((old, k) => old + share * step[k]!);
    let nextValue = valueAt(next);
    while (!(nextValue >= value + 1e-4 * share * gain) && share > 1e-7) {
      share /= 2;
      next = x.map((old, k) => old + share * step[k]!);
      nextValue = valueAt(next);
    }
    // no step goes up any more: as high as the arithmetic can tell
    if (!(nextValue > value)) return { x, covariance: invertCholesky(factor, n) };
    x = next;
    value = nextValue;
  }
  return null;
}

function describe(
  at: Layout,
  sizes: AbilitySizes,
  pairs: readonly AbilityPair[],
  scores: readonly AbilityScore[],
  taste: Float64Array,
  residual: Float64Array,
  x: Float64Array,
  covariance: SquareMatrix,
): AbilityFit {
  const { models: m } = sizes;
  const n = at.size;
  const rho = x[at.rho]!;
  const each = <Value>(count: number, of: (k: number) => Value): Value[] =>
    Array.from({ length: count }, (_, k) => of(k));
  const floats = (of: (i: number) => number): Float64Array =>
    Float64Array.from({ length: m }, (_, i) => of(i));
  const sdOf = (slope: Slope): number => Math.sqrt(Math.max(0, quadratic(covariance, n, slope)));
  /** (objective, preference) as slopes of the parameters. */
  const slopes: Slope[] = [
    ...each(m, (i): Slope => [[at.theta(i), 1]]),
    ...each(
      m,
      (i): Slope => [
        [at.theta(i), rho],
        [at.liking(i), 1],
        [at.rho, x[at.theta(i)]!],
      ],
    ),
  ];
  const joint = new Float64Array(4 * m * m);
  slopes.forEach((left, i) => {
    slopes.forEach((right, j) => {
      let sum = 0;
      for (const [k, by] of left) for (const [l, and] of right) sum += by * and * covariance[k * n + l]!;
      joint[i * 2 * m + j] = sum;
    });
  });
  const misfitOf = (judge: number): number | null => {
    let squares = 0;
    let of = 0;
    for (const pair of pairs) {
      if (pair.judge !== judge) continue;
      const p = logistic(pairTerms(at, x, pair).value);
      squares += (pair.points - pair.n * p) ** 2 / (pair.n * p * (1 - p));
      of += 1;
    }
    return of === 0 ? null : squares / of;
  };
  return {
    objective: floats((i) => x[at.theta(i)]!),
    preference: floats((i) => rho * x[at.theta(i)]! + x[at.liking(i)]!),
    liking: floats((i) => x[at.liking(i)]!),
    likingSd: floats((i) => sdOf([[at.liking(i), 1]])),
    covariance: joint,
    rho: { value: rho, sd: sdOf([[at.rho, 1]]) },
    judges: each(sizes.judges, (j) => {
      const alpha = Math.exp(x[at.logAlpha(j)]!);
      const slope = (i: number): Slope => [
        [at.shared(i), 1],
        [at.own(j, i), 1],
      ];
      return {
        discrimination: alpha,
        discriminationSd: alpha * sdOf([[at.logAlpha(j), 1]]),
        tasteSd: Math.sqrt(taste[j]!),
        bias: floats((i) => x[at.shared(i)]! + x[at.own(j, i)]!),
        biasSd: floats((i) => sdOf(slope(i))),
        misfit: misfitOf(j),
      };
    }),
    sharedBias: floats((i) => x[at.shared(i)]!),
    sharedBiasSd: floats((i) => sdOf([[at.shared(i), 1]])),
    benchmarks: each(sizes.benchmarks, (k) => {
      const a = Math.exp(x[at.logA(k)]!);
      const own = scores.filter(({ benchmark }) => benchmark === k);
      const squares = own.reduce((sum, score) => {
        const off = score.logit - scoreTerms(at, x, score).value;
        return sum + off ** 2 / (score.variance + residual[k]!);
      }, 0);
      return {
        discrimination: a,
        discriminationSd: a * sdOf([[at.logA(k), 1]]),
        residualSd: Math.sqrt(residual[k]!),
        misfit: own.length === 0 ? null : squares / own.length,
      };
    }),
    peopleMisfit: misfitOf(-1),
  };
}
