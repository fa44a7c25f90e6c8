import { student95 } from '@agon/stats';
import { type CardItem, type Estimate, preferenceOf } from './judged-item.ts';

/**
 * How well the judge's preference orders people's winners: the chance that an answer that somebody chose has a higher
 * preference than one that somebody rejected, ties as half (area under the ROC curve). Every vote that names a winner
 * counts from both slots, so the figure does not depend on which answer is called a. Interval by prompt, from the
 * placement values of clustered data (Obuchowski 1997, Biometrics 53(2)).
 */
export function judgeAuc(items: readonly CardItem[]): Estimate {
  const cases: { readonly score: number; readonly weight: number; readonly prompt: string }[] = [];
  for (const { prompt, votes, verdicts, weight = 1 } of items) {
    const preference = preferenceOf({ verdicts });
    if (preference === null) continue;
    // the chosen answer's preference; the rejected one's is 1 less this
    for (const vote of votes) {
      if (vote !== 'tie') cases.push({ score: vote === 'a' ? preference : 1 - preference, weight, prompt });
    }
  }
  if (cases.length === 0) return { value: null, low: null, high: null };
  const all = cases.reduce((sum, { weight }) => sum + weight, 0);
  const chosen = new SortedWeights(cases);
  const rejected = new SortedWeights(cases.map((each) => ({ ...each, score: 1 - each.score })));
  let area = 0;
  const placed = cases.map(({ score, weight }) => {
    const above = rejected.below(score) / all;
    const under = 1 - chosen.below(1 - score) / all;
    area += (weight * above) / all;
    return above + under;
  });
  const sums = new Map<string, number>();
  // each vote is a case of both kinds: its influence is that of its two placements
  cases.forEach(({ prompt, weight }, k) => {
    sums.set(prompt, (sums.get(prompt) ?? 0) + (weight * (placed[k]! - 2 * area)) / all);
  });
  const groups = sums.size;
  if (groups < 2) return { value: area, low: null, high: null };
  let squares = 0;
  for (const sum of sums.values()) squares += sum * sum;
  const half = student95(groups - 1) * Math.sqrt((groups / (groups - 1)) * squares);
  return { value: area, low: Math.max(0, area - half), high: Math.min(1, area + half) };
}

/** Scores in order, with how much weight there is up to each. */
class SortedWeights {
  readonly #scores: Float64Array;
  readonly #upTo: Float64Array;

  constructor(cases: readonly { readonly score: number; readonly weight: number }[]) {
    const sorted = [...cases].sort((x, y) => x.score - y.score);
    this.#scores = Float64Array.from(sorted, ({ score }) => score);
    this.#upTo = new Float64Array(sorted.length + 1);
    sorted.forEach(({ weight }, k) => {
      this.#upTo[k + 1] = this.#upTo[k]! + weight;
    });
  }

  /** Weight of the scores below `x`, and half of those at it. */
  below(x: number): number {
    return (this.#upTo[this.#place(x, false)]! + this.#upTo[this.#place(x, true)]!) / 2;
  }

  #place(x: number, withEqual: boolean): number {
    let [low, high] = [0, this.#scores.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const score = this.#scores[middle]!;
      if (score < x || (withEqual && score === x)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
