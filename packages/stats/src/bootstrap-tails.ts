import { normalCdf } from './normal-distribution.ts';
import { student95 } from './student-distribution.ts';

/**
 * The share of bootstrap draws to leave out at each end of a 95 % interval. Percentiles of few clusters are too narrow as
 * ± 1.96 errors are, and draw a variance that is short by C/(C − 1) besides; they are taken further out by as much
 * (Hesterberg, 2015, The American Statistician 69(4), section 5.3).
 * @param degrees one fewer than the clusters drawn; Infinity: every draw of its own, and 0.025
 */
export function bootstrapTail(degrees: number): number {
  return degrees === Number.POSITIVE_INFINITY
    ? 0.025
    : normalCdf(-student95(degrees) * bootstrapShortfall(degrees));
}

/** √(C/(C − 1)): by how much the spread of cluster draws is short. */
export function bootstrapShortfall(degrees: number): number {
  return degrees === Number.POSITIVE_INFINITY ? 1 : Math.sqrt((degrees + 1) / degrees);
}
