/** z of a central 95 % interval. */
export const Z95 = 1.959963984540054;

/**
 * P(Z <= x) for Z ~ N(0, 1), absolute error below 1e-15: Marsaglia's series (2004, Journal of Statistical Software
 * 11(4)), all terms positive; beyond 8.3 the rest is below double precision.
 */
export function normalCdf(x: number): number {
  if (x < -8.3) return 0;
  if (x > 8.3) return 1;
  let sum = x;
  let term = x;
  for (let k = 3; sum + term !== sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

/** x with P(Z <= x) = `share`, 0 < share < 1; bisection on `normalCdf`, error below 1e-14 for shares 1e-6 and more. */
export function normalQuantile(share: number): number {
  if (!(share > 0 && share < 1)) throw new RangeError('a share strictly between 0 and 1');
  let low = -8.3;
  let high = 8.3;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
}

function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}
