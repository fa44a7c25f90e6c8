import { bootstrapTail } from './bootstrap-tails.ts';
import { quantiles } from './quantile.ts';
import { seededRandom } from './seeded-random.ts';

export type Interval = { readonly low: number; readonly high: number };

/**
 * 95 % percentile intervals by resampling whole clusters with replacement (what varies together is drawn together);
 * of few clusters further out, see `bootstrapTail`.
 * @param clusters how many there are; with fewer than 2 every interval is null
 * @param statistics values of one resample; `times[c]`: how often cluster c was drawn; null where it has no value
 * @returns one interval a statistic; null where fewer than half of the resamples had a value
 */
export function bootstrapIntervals(
  clusters: number,
  rounds: number,
  tag: string,
  statistics: (times: Uint32Array) => readonly (number | null)[],
): (Interval | null)[] {
  const random = seededRandom(tag);
  const times = new Uint32Array(clusters);
  const draws: number[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    times.fill(0);
    for (let i = 0; i < clusters; i += 1) times[random.below(clusters)]! += 1;
    statistics(times).forEach((value, k) => {
      draws[k] ??= [];
      if (value !== null) draws[k].push(value);
    });
  }
  return draws.map((values) => {
    if (clusters < 2 || values.length === 0 || values.length < rounds / 2) return null;
    const tail = bootstrapTail(clusters - 1);
    const [low, high] = quantiles(values, [tail, 1 - tail]);
    return { low: low!, high: high! };
  });
}
