import { student95 } from '@agon/stats';
import { type CardItem, type Estimate, preferenceOf } from './judged-item.ts';

/**
 * How well the judge's preference orders people's winners: the chance that an answer that somebody chose has a higher
 * preference than one that somebody rejected, ties as half (area under the ROC curve). Every vote that names a winner
 * counts from both slots, so the figure does not depend on which answer is called a. Interval by prompt, from the
 * placement values of clustered data (Obuchowski 1997, Biometrics 53(2)).
 */
export function judgeAuc(items: readonly CardItem[]): Estimate {
  const scores: number[] = [];
  const clusters: number[] = [];
  const numbers = new Map<string, number>();
  for (const item of items) {
    const preference = preferenceOf(item);
    if (preference === null) continue;
    const cluster = numbers.get(item.prompt) ?? numbers.size;
    numbers.set(item.prompt, cluster);
    for (const vote of item.votes) {
      if (vote === 'tie') continue;
      // the chosen answer's preference; the rejected one's is 1 less this
      scores.push(vote === 'a' ? preference : 1 - preference);
      clusters.push(cluster);
    }
  }
  const n = scores.length;
  if (n === 0) return { value: null, low: null, high: null };
  const chosen = Float64Array.from(scores).sort();
  const rejected = Float64Array.from(scores, (score) => 1 - score).sort();
  const sums = new Float64Array(numbers.size);
  let area = 0;
  const placed = scores.map((score) => {
    const above = below(rejected, score) / n;
    const under = 1 - below(chosen, 1 - score) / n;
    area += above / n;
    return above + under;
  });
  const groups = new Set(clusters).size;
  if (groups < 2) return { value: area, low: null, high: null };
  // each vote is a case of both kinds: its influence is that of its two placements
  placed.forEach((value, k) => {
    sums[clusters[k]!]! += (value - 2 * area) / n;
  });
  let variance = 0;
  for (const sum of sums) variance += sum * sum;
  variance *= groups / (groups - 1);
  const half = student95(groups - 1) * Math.sqrt(variance);
  return { value: area, low: Math.max(0, area - half), high: Math.min(1, area + half) };
}

/** How many of sorted values are below `x`, equal ones as half. */
function below(sorted: Float64Array, x: number): number {
  return (bound(sorted, x, false) + bound(sorted, x, true)) / 2;
}

function bound(sorted: Float64Array, x: number, equal: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < x || (equal && sorted[middle]! === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}
