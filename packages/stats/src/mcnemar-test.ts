/**
 * McNemar's exact test of two methods on the same items: under no difference, each item that only one of them gets right
 * is as likely the one's as the other's.
 * @param onlyFirst items that only the first gets right, a whole number ≥ 0
 * @param onlySecond items that only the second gets right
 * @returns two-sided p, 0..1: twice the smaller tail of Binomial(onlyFirst + onlySecond, ½), at most 1
 * @see McNemar (1947), Psychometrika 12(2); the exact form as in Agresti, Categorical Data Analysis, 10.1.4
 */
export function mcnemarTest(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  const least = Math.min(onlyFirst, onlySecond);
  // in logarithms: 2^-n alone is 0 in floating point from 1,075 items on
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= least; k += 1) {
    logTerm += Math.log((n - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
