import { normalDraws } from './normal-draws.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * `count` draws of √(ν / χ²_ν), decided by the tag: a row of normal draws times one of them is a row of Student's t, each
 * with ν degrees of freedom and all with the same luck. χ² by Marsaglia and Tsang (2000, ACM Transactions on Mathematical
 * Software 26(3)).
 * @param degrees of freedom, at least 1; Infinity: all are 1
 */
export function studentScales(tag: string, count: number, degrees: number): Float64Array {
  const scales = new Float64Array(count).fill(1);
  if (degrees === Number.POSITIVE_INFINITY) return scales;
  const random = seededRandom(tag);
  // a gamma of half a unit more, times a power of a uniform draw, where the shape is below 1
  const shape = degrees / 2 + (degrees < 2 ? 1 : 0);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let at = 0; at < count; ) {
    const z = normalDraws(random, 1)[0]!;
    const v = (1 + c * z) ** 3;
    const accept = Math.log(1 - random.next());
    if (!(v > 0) || accept > 0.5 * z * z + d - d * v + d * Math.log(v)) continue;
    const boost = degrees < 2 ? (1 - random.next()) ** (2 / degrees) : 1;
    scales[at] = Math.sqrt(degrees / (2 * d * v * boost));
    at += 1;
  }
  return scales;
}
