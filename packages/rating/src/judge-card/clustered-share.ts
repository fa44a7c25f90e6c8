import { student95 } from '@agon/stats';
import type { Estimate } from './judged-item.ts';

/** Part and whole of one cluster; both may be fractions. */
export type ClusterPart = { part: number; whole: number };

/** Parts by cluster. */
export class ClusterParts {
  readonly #parts = new Map<string, ClusterPart>();

  add(cluster: string, part: number, whole: number): void {
    const known = this.#parts.get(cluster);
    if (known === undefined) this.#parts.set(cluster, { part, whole });
    else {
      known.part += part;
      known.whole += whole;
    }
  }

  get whole(): number {
    let sum = 0;
    for (const { whole } of this.#parts.values()) sum += whole;
    return sum;
  }

  share(): Estimate {
    return clusteredShare([...this.#parts.values()]);
  }
}

/**
 * A share with its 95 % interval where what is counted comes in clusters. The variance is that of a ratio of sums over
 * clusters (Cochran 1977, Sampling Techniques, 6.3, with G / (G − 1)); the interval is Wilson's with the number of
 * independent observations that would have this variance, and Student's t on G − 1 degrees (Korn and Graubard 1998).
 * Where every observation is the same the clusters are counted as observations.
 * @param clusters those without a whole are left out
 * @returns value 0..1; no interval with fewer than two clusters
 */
export function clusteredShare(clusters: readonly ClusterPart[]): Estimate {
  const counted = clusters.filter(({ whole }) => whole > 0);
  const whole = counted.reduce((sum, each) => sum + each.whole, 0);
  if (whole === 0) return { value: null, low: null, high: null };
  const value = counted.reduce((sum, each) => sum + each.part, 0) / whole;
  const groups = counted.length;
  if (groups < 2) return { value, low: null, high: null };
  let squares = 0;
  for (const each of counted) squares += (each.part - value * each.whole) ** 2;
  const variance = (groups / (groups - 1)) * (squares / whole ** 2);
  const spread = value * (1 - value);
  // clusters cannot tell more than one observation each where nothing varies, and never more than 10 whole units
  const n = variance > 0 && spread > 0 ? Math.min(spread / variance, 10 * whole) : groups;
  const t = student95(groups - 1);
  const scale = 1 + (t * t) / n;
  const centre = (value + (t * t) / (2 * n)) / scale;
  const half = (t / scale) * Math.sqrt(spread / n + (t * t) / (4 * n * n));
  return { value, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * A mean over observations in clusters, with a Student interval from the linearised variance.
 * @param clusters sum of the values and their number
 */
export function clusteredMean(clusters: readonly ClusterPart[]): Estimate {
  const counted = clusters.filter(({ whole }) => whole > 0);
  const whole = counted.reduce((sum, each) => sum + each.whole, 0);
  if (whole === 0) return { value: null, low: null, high: null };
  const value = counted.reduce((sum, each) => sum + each.part, 0) / whole;
  const groups = counted.length;
  if (groups < 2) return { value, low: null, high: null };
  let squares = 0;
  for (const each of counted) squares += (each.part - value * each.whole) ** 2;
  const half = student95(groups - 1) * Math.sqrt((groups / (groups - 1)) * (squares / whole ** 2));
  return { value, low: value - half, high: value + half };
}
