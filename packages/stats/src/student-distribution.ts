import { normalCdf, normalQuantile, Z95 } from './normal-distribution.ts';

/**
 * P(T <= x) for Student's t, absolute error below 1e-13: half a regularised incomplete beta (NIST DLMF 8.17) by Lentz's
 * continued fraction.
 * @param degrees of freedom, at least 1; Infinity is the normal distribution
 * @throws RangeError for fewer degrees
 */
export function studentCdf(x: number, degrees: number): number {
  if (!(degrees >= 1)) throw new RangeError(`Degrees of freedom are a number from 1 on, not ${degrees}.`);
  if (degrees === Number.POSITIVE_INFINITY) return normalCdf(x);
  if (x === 0) return 0.5;
  const tail = x * x < degrees ? 0.5 - centre(x, degrees) : beyond(x, degrees);
  return x > 0 ? 1 - tail : tail;
}

/** x with P(T <= x) = `share`, 0 < share < 1; bisection on `studentCdf`. */
export function studentQuantile(share: number, degrees: number): number {
  if (degrees === Number.POSITIVE_INFINITY) return normalQuantile(share);
  if (!(share > 0 && share < 1)) throw new RangeError('a share strictly between 0 and 1');
  if (share < 0.5) return -studentQuantile(1 - share, degrees);
  let low = 0;
  let high = 1;
  while (studentCdf(high, degrees) < share) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentCdf(middle, degrees) < share) low = middle;
    else high = middle;
  }
}

/** t of a central 95 % interval. */
export function student95(degrees: number): number {
  return degrees === Number.POSITIVE_INFINITY ? Z95 : studentQuantile(0.975, degrees);
}

/** P(0 < T < |x|), exact where x² is small beside the degrees. */
function centre(x: number, degrees: number): number {
  const square = x * x;
  return 0.5 * incompleteBeta(square / (degrees + square), 0.5, degrees / 2, degrees);
}

/** P(T > |x|), exact where x² is large. */
function beyond(x: number, degrees: number): number {
  return 0.5 * incompleteBeta(degrees / (degrees + x * x), degrees / 2, 0.5, degrees);
}

/** I_x(a, b), where {a, b} = {½, degrees / 2}; the fraction is quick below the mean of the distribution. */
function incompleteBeta(x: number, a: number, b: number, degrees: number): number {
  // 1 / B(½, ν/2) = Γ((ν + 1)/2) / (Γ(ν/2) √π)
  const front = (gammaRatio(degrees) / Math.sqrt(Math.PI)) * Math.exp(a * Math.log(x) + b * Math.log1p(-x));
  return x > (a + 1) / (a + b + 2)
    ? 1 - (front * fraction(1 - x, b, a)) / b
    : (front * fraction(x, a, b)) / a;
}

/** DLMF 8.17.22, by Lentz's algorithm as Thompson and Barnett have it. */
function fraction(x: number, a: number, b: number): number {
  const safe = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let sum = d;
  for (let m = 1; ; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    sum *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    sum *= d * c;
    if (Math.abs(d * c - 1) < 1e-15 || m > 10_000) return sum;
  }
}

/** From here on the series has all digits. */
const SERIES_FROM = 400;

/** The last ratio, kept: chances come by the thousand with the same degrees. */
let kept = { degrees: Number.NaN, ratio: Number.NaN };

/** Γ((ν + 1)/2) / Γ(ν/2): its series for large ν (DLMF 5.11.13), and down from there by r(ν) r(ν + 1) = ν/2. */
function gammaRatio(degrees: number): number {
  if (kept.degrees === degrees) return kept.ratio;
  const steps = Math.max(0, Math.ceil(SERIES_FROM - degrees));
  const a = (degrees + steps) / 2;
  let ratio =
    Math.sqrt(a) * (1 - 1 / (8 * a) + 1 / (128 * a ** 2) + 5 / (1024 * a ** 3) - 21 / (32768 * a ** 4));
  for (let step = steps - 1; step >= 0; step -= 1) ratio = (degrees + step) / 2 / ratio;
  kept = { degrees, ratio };
  return ratio;
}
