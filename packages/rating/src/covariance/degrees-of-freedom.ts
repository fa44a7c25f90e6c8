/**
 * Degrees of freedom of an error that is learnt from clusters: one fewer than there are of them, of the kind with fewer
 * where there are two (Cameron, Gelbach and Miller, 2011, Journal of Business and Economic Statistics 29(2); Cameron and
 * Miller, 2015, Journal of Human Resources 50(2)). Intervals are then Student's t wide and not the normal distribution's:
 * of 10 raters an error is itself known to a quarter, and ± 1.96 of it hold the truth in 91.5 % of campaigns instead of 95.
 * @param clusters how many, at least 2, of each kind; none where every comparison is a draw of its own
 * @returns Infinity, the normal distribution, without clusters
 */
export function degreesOfFreedom(clusters: readonly number[]): number {
  return Math.min(...clusters) - 1;
}
