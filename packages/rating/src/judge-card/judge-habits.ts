import { factorCholesky, invertCholesky, type SquareMatrix, student95 } from '@agon/stats';
import { type CardItem, type Estimate, preferenceOf } from './judged-item.ts';
import { meanVote, voteNoise } from './vote-noise.ts';

/** Differences of the two answers, a less b. */
export type AnswerDifferences = Readonly<Record<JudgeHabit, number | null>>;

export const JUDGE_HABITS = ['length', 'markdown', 'names_maker', 'own_family'] as const;
export type JudgeHabit = (typeof JUDGE_HABITS)[number];

export type JudgeHabits = {
  /**
   * How much more the judge prefers an answer than people's votes explain, probability: `length` for one twice as long,
   * `markdown` for the one with more lists, headings and bold, `names_maker` for the one that names its maker,
   * `own_family` for the one by a relative of the judge. Null: no two answers differ in it.
   */
  readonly effects: Readonly<Record<JudgeHabit, Estimate & { readonly items: number }>>;
  /** What one more in people's mean vote adds to the judge's preference: 1 follows them as they are. */
  readonly people: Estimate;
  readonly items: number;
  /** The chance in few votes is taken out; false where no item has two votes, and then habits of people leak in. */
  readonly corrected: boolean;
};

/**
 * Regression of the judge's preference on differences of the answers with people's mean vote beside them. A mean of two
 * or three votes says what people prefer with much chance in it, and a regression on it would blame the judge for what
 * people like, too; so the moments are corrected by the known variance of each mean (Fuller 1987, Measurement Error
 * Models, 3.1). No intercept: which answer is called a means nothing. Intervals by prompt (sandwich, Student's t).
 */
export function judgeHabits(
  items: readonly CardItem[],
  differencesOf: (item: CardItem) => AnswerDifferences,
): JudgeHabits {
  const rows = items.flatMap((item) => {
    const preference = preferenceOf(item);
    if (preference === null || item.votes.length === 0) return [];
    return [{ item, y: preference - 0.5, h: meanVote(item.votes) - 0.5, differences: differencesOf(item) }];
  });
  const counts = Object.fromEntries(
    JUDGE_HABITS.map((habit) => [habit, rows.filter((row) => (row.differences[habit] ?? 0) !== 0).length]),
  ) as Record<JudgeHabit, number>;
  const used = JUDGE_HABITS.filter((habit) => counts[habit] > 1);
  const width = 1 + used.length;
  const noise = voteNoise(items);
  const xs = rows.map(({ h, differences }) => [h, ...used.map((habit) => differences[habit] ?? 0)]);
  const observations = rows.map(
    ({ item, y }, k): Observation => ({
      cluster: item.prompt,
      x: xs[k]!,
      y,
      chance: noise?.(item) ?? 0,
    }),
  );
  const seen = sum(observations, ({ x }) => x[0]! ** 2);
  // where votes are nearly all chance nothing is left to correct by
  const corrected = noise !== null && sum(observations, ({ chance }) => chance) < LARGEST_CHANCE * seen;
  const estimates = regress(
    corrected ? observations : observations.map((each) => ({ ...each, chance: 0 })),
    width,
  );
  const effects = Object.fromEntries(
    JUDGE_HABITS.map((habit) => {
      const at = used.indexOf(habit);
      return [habit, { ...((at < 0 ? undefined : estimates?.[1 + at]) ?? NONE), items: counts[habit] }];
    }),
  ) as JudgeHabits['effects'];
  return {
    effects,
    people: estimates?.[0] ?? NONE,
    items: rows.length,
    corrected: corrected && estimates !== null,
  };
}

const NONE: Estimate = { value: null, low: null, high: null };
const LARGEST_CHANCE = 0.9;

type Observation = {
  readonly cluster: string;
  /** People's mean vote first, with chance of this variance in it. */
  readonly x: readonly number[];
  readonly y: number;
  readonly chance: number;
};

/**
 * Coefficients of y on x where x₀ has known chance in it: β = (Σ x xᵀ − Σ chance e₀ e₀ᵀ)⁻¹ Σ x y. What is left of x₀
 * beyond the other columns and its chance is itself uncertain, and a quotient by it is too large by about the square of
 * its relative error: that much is taken off β₀ (delta method, second order), and the others follow.
 * @returns null where the columns do not tell the coefficients apart
 */
function regress(rows: readonly Observation[], width: number): Estimate[] | null {
  const square = new Float64Array(width * width);
  const cross = new Float64Array(width);
  for (const { x, y, chance } of rows) {
    for (let i = 0; i < width; i += 1) {
      cross[i]! += x[i]! * y;
      for (let j = 0; j < width; j += 1) square[i * width + j]! += x[i]! * x[j]!;
    }
    square[0]! -= chance;
  }
  const factor = factorCholesky(square, width);
  if (factor === null) return null;
  const inverse = invertCholesky(factor, width);
  const beta = multiply(inverse, cross, width);
  const clusters = new Map<string, { score: Float64Array; left: number; product: number }>();
  // x₀ less what the other columns say of it; the first row of the inverse is (1, −γ) / what is left of x₀
  const left = 1 / inverse[0]!;
  for (const { cluster, x, y, chance } of rows) {
    const own = clusters.get(cluster) ?? { score: new Float64Array(width), left: 0, product: 0 };
    clusters.set(cluster, own);
    const residual = y - dot(x, beta);
    for (let i = 0; i < width; i += 1) own.score[i]! += x[i]! * residual;
    own.score[0]! += chance * beta[0]!;
    const beyond = left * dot(x, inverse.subarray(0, width));
    own.left += beyond * beyond - chance;
    own.product += beyond * y;
  }
  const groups = [...clusters.values()];
  const freedom = groups.length - width;
  if (freedom < 2) return Array.from(beta, (value) => ({ ...NONE, value }));
  const product = sum(groups, (own) => own.product);
  const scale = groups.length / (groups.length - 1);
  const ofLeft = (own: { left: number }): number => own.left - left / groups.length;
  const spread = scale * sum(groups, (own) => ofLeft(own) ** 2);
  const shared = scale * sum(groups, (own) => ofLeft(own) * (own.product - product / groups.length));
  // beyond this the expansion says nothing, and the estimate has no expectation to speak of
  if (spread > LARGEST_ERROR ** 2 * left ** 2) return null;
  const off = (beta[0]! * spread - shared) / left ** 2;
  const steps = groups.map(({ score }) => multiply(inverse, score, width));
  const t = student95(freedom);
  return Array.from(beta, (value, i): Estimate => {
    // β₀ moves by −off, and the others by what they have in common with it
    const best = value - off * (inverse[i]! / inverse[0]!);
    const half = t * Math.sqrt((groups.length / freedom) * sum(steps, (step) => step[i]! ** 2));
    return { value: best, low: best - half, high: best + half };
  });
}

/** Relative standard error of what is left of people's votes. */
const LARGEST_ERROR = 0.5;

function multiply(matrix: SquareMatrix, vector: Float64Array, width: number): Float64Array {
  return Float64Array.from(vector, (_, i) => dot(vector, matrix.subarray(i * width, (i + 1) * width)));
}

function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < x.length; k += 1) total += x[k]! * y[k]!;
  return total;
}

function sum<Item>(items: readonly Item[], amountOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0);
}
