import { factorCholesky, invertCholesky, type SquareMatrix } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { type CardItem, preferenceOf } from './judged-item.ts';
import { meanVote } from './vote-noise.ts';

type Disagreement<Item> = {
  readonly item: Item;
  /** The judge's preference for a as people's votes have it (calibrated), 0..1; and people's mean vote. */
  readonly judge: number;
  readonly people: number;
  /** Share of the variance of all prediction-powered ratings together that one more vote on it takes away; 0..1. */
  readonly gain: number;
};

export type Disagreements<Item> = {
  /** Items where the judge prefers one answer and the mean vote the other. */
  readonly of: number;
  /** Those where a vote tells most, first. */
  readonly ranked: readonly Disagreement<Item>[];
};

/** What the judge's word weighs beside votes on the same item when the next vote is foretold. */
const PRIOR_VOTES = 2;

/**
 * Battles on which judge and people disagree, in the order of what one more vote is worth. The rating that is meant is the
 * prediction-powered one where each battle counts once: θ solves Σ d (ȳ − σ(dᵀθ) − λ (f − σ(dᵀθ))) = 0 over battles with
 * mean vote ȳ and judge's preference f, so its variance is H⁻¹ (Σ e² d dᵀ) H⁻¹ with e the bracket. A vote more on a battle
 * with n of them lowers the chance in ȳ from v/n to v/(n + 1), and the trace by v/(n (n + 1)) ‖H⁻¹ d‖², where v = q (1 − q)
 * and q foretells the vote from those there are and the judge's calibrated share.
 * @param ratingOf people's rating of a model, logits; null: not rated
 * @param calibrate the judge's preference as a chance of people
 */
export function rankDisagreements<Item extends CardItem>(
  items: readonly Item[],
  ratingOf: (model: string) => number | null,
  calibrate: (share: number) => number,
): Disagreements<Item> {
  const models = new Map<string, number>();
  const codeOf = (model: string): number => {
    const known = models.get(model) ?? models.size;
    models.set(model, known);
    return known;
  };
  const rows = items.flatMap((item) => {
    const share = preferenceOf(item);
    const [first, second] = [ratingOf(item.modelA), ratingOf(item.modelB)];
    if (share === null || item.votes.length === 0 || first === null || second === null) return [];
    const expected = logistic(first - second);
    return [
      {
        item,
        a: codeOf(item.modelA),
        b: codeOf(item.modelB),
        expected,
        mean: meanVote(item.votes),
        raw: share,
        judge: calibrate(share),
      },
    ];
  });
  const m = models.size;
  let [shared, own] = [0, 0];
  for (const { mean, judge, expected } of rows) {
    shared += (mean - expected) * (judge - expected);
    own += (judge - expected) ** 2;
  }
  const lambda = own > 0 ? Math.min(1, Math.max(0, shared / own)) : 0;
  const information = new Float64Array(m * m).fill(1 / Math.max(1, m));
  const meat = new Float64Array(m * m);
  for (const { a, b, mean, judge, expected } of rows) {
    addPair(information, m, a, b, expected * (1 - expected));
    addPair(meat, m, a, b, (mean - expected - lambda * (judge - expected)) ** 2);
  }
  const factor = m > 1 ? factorCholesky(information, m) : null;
  const disagreeing = rows.filter(({ mean, raw }) => (mean - 0.5) * (raw - 0.5) < 0);
  if (factor === null) return { of: disagreeing.length, ranked: [] };
  const inverse = invertCholesky(factor, m);
  // the part along (1, …, 1) is the gauge's
  for (let k = 0; k < inverse.length; k += 1) inverse[k]! -= 1 / m;
  const total = traceOf(inverse, meat, m);
  const ranked = disagreeing
    .map(({ item, a, b, mean, judge }): Disagreement<Item> => {
      const n = item.votes.length;
      const next = (n * mean + PRIOR_VOTES * judge) / (n + PRIOR_VOTES);
      let reach = 0;
      for (let i = 0; i < m; i += 1) reach += (inverse[i * m + a]! - inverse[i * m + b]!) ** 2;
      const gain = total > 0 ? ((next * (1 - next)) / (n * (n + 1))) * (reach / total) : 0;
      return { item, judge, people: mean, gain: Math.min(1, gain) };
    })
    .sort((x, y) => y.gain - x.gain);
  return { of: disagreeing.length, ranked };
}

function addPair(matrix: SquareMatrix, m: number, a: number, b: number, weight: number): void {
  matrix[a * m + a]! += weight;
  matrix[b * m + b]! += weight;
  matrix[a * m + b]! -= weight;
  matrix[b * m + a]! -= weight;
}

/** tr(A M A) for symmetric A. */
function traceOf(a: SquareMatrix, meat: SquareMatrix, m: number): number {
  let sum = 0;
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < m; j += 1) {
      let product = 0;
      for (let k = 0; k < m; k += 1) product += a[i * m + k]! * a[j * m + k]!;
      sum += product * meat[i * m + j]!;
    }
  }
  return sum;
}
