/**
 * P(X >= k) of X binomial with `n` trials of probability `p`, exact: the sum of its terms, each from the one before it.
 * @param k 0..n; @param p 0 < p < 1
 * @returns 0..1
 */
export function binomialTail(k: number, n: number, p: number): number {
  const odds = Math.log(p) - Math.log1p(-p);
  let term = n * Math.log1p(-p);
  let [below, above] = [0, 0];
  for (let i = 0; i <= n; i += 1) {
    if (i < k) below += Math.exp(term);
    else above += Math.exp(term);
    term += Math.log(n - i) - Math.log(i + 1) + odds;
  }
  return below < above ? 1 - below : above;
}
